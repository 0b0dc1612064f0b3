/** What there is of importing beyond the screen that shows it: whoever looks at something else comes back to the files and the import. */
import type { Crs } from '../coordinates';
import type { Source, Upload } from './imports';

/** A file that was sent, and what it becomes. */
export interface Taken {
  upload: Upload;
  source: Source;
  /** As the reader gave it, to be sent again where the server has it no more. */
  file: File;
}

/** Of one token: files and imports are theirs who sent them. */
export class ImportWork {
  taken: Taken[] = $state.raw([]);
  crs: Crs | null = $state(null);
  /** The file that is being sent, "" for none. */
  sending = $state('');
  /** An import that is followed: what it stores is told of once. */
  followed: string | null = null;
  /** An import that has ended and that the reader has done with. */
  aside: string | null = null;
  /** The files that an import has stored, as they were mapped then. */
  stored: readonly Taken[] = [];
  /** The files that could not be sent, and why. */
  refused: { name: string; cause: unknown }[] = $state.raw([]);
  /** Whether another token has taken its place: nothing more is sent for it. */
  over = false;

  /** Whether files are or were sent that are not imported yet: a page that ends has them no more. */
  get unfinished(): boolean {
    return this.sending !== '' || (this.taken.length > 0 && this.taken !== this.stored);
  }

  /** The work of another token, which takes the place of this one. */
  next(): ImportWork {
    this.over = true;
    return new ImportWork();
  }

  /** Drops the files that the server has dropped. */
  tidy(now: number): void {
    const kept = this.taken.filter(({ upload }) => Date.parse(upload.expires_at) > now);
    if (this.taken === this.stored) this.stored = kept; // those that are left are imported, too
    this.taken = kept;
    if (this.taken.length === 0) this.crs = null;
  }
}

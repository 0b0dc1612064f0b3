/** What a draft was drawn over, as far as it has changed that: by it new borders are known from those in force. */
import type { Geometry } from '../api';
import { changedBorders, draftOf, type ChangedBorders } from '../plans/draft';
import type { DraftFeatures, PartImpact } from '../plans/plan';
import { closedRings } from './lattice';
import type { Partition, PartFeature } from './partition';

export class Origin {
  /** Grids and void areas that have changed, by kind and code: as they are in force and in the draft, null where there is none. */
  readonly #parts = new Map<string, { kind: string; before: Geometry | null; after: Geometry | null }>();

  constructor(draft: DraftFeatures = { features: [] }) {
    for (const { kind, code, before, after } of draftOf(draft).parts)
      this.#parts.set(`${kind} ${code}`, { kind, before, after });
  }

  /** Takes over what a stroke makes of parts, before the partition does: one that never changed is there as it is in force. */
  take(features: readonly PartFeature[], partition: Partition, impacts: readonly PartImpact[]): void {
    for (const { geometry, properties: p } of features) {
      const id = `${p.kind} ${p.code}`;
      const [part, known] = [partition.get(id), this.#parts.get(id)];
      const created = impacts.some(
        (of) => of.kind === p.kind && of.code === p.code && of.change === 'created',
      );
      if (part === undefined && known === undefined && !created) continue; // it lies outside of what is open
      const before: Geometry | null =
        part === undefined ? null : { type: 'MultiPolygon', coordinates: closedRings(part.area) };
      this.#parts.set(id, {
        kind: p.kind,
        before: known === undefined ? before : known.before,
        after: geometry,
      });
    }
  }

  /** The borders that the draft gives up, and its new ones. */
  borders(): ChangedBorders {
    return changedBorders([...this.#parts.values()]);
  }
}

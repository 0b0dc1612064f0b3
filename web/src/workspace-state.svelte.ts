/** What the page shows and what happens to it: made once for a city, read by the frame and by what stands in its panel. */
import { untrack } from 'svelte';
import type { Api, DivisionRef, Fault, Grid, Session } from './api';
import type { Crs } from './coordinates';
import { ImportWork } from './data/import-work.svelte';
import type { FeedState } from './feed/feed';
import { Live } from './feed/live';
import { Alerts, noNews } from './incidents/alerts';
import { Chime } from './incidents/chime';
import { language, setLanguage } from './language.svelte';
import { formatLink, parseLink, type Link, type Shown, type Task, type View } from './link';
import { Lookup } from './lookup/lookup.svelte';
import type { SearchHit } from './lookup/search';
import type { CityMap } from './map/city-map';
import type { Painted } from './map/painted';
import { shapeOf, type Draft } from './plans/draft';
import { boxAround, type Spot } from './plans/plan';
import { storageOf } from './remember';
import { unsaved } from './unsaved/unsaved';

export type City = NonNullable<Session['city']>;

/** How often it is asked again who is on duty: a shift that ends tells nobody. */
const shiftMs = 60_000;

export class WorkspaceState {
  readonly api: Api;
  readonly city: City;
  readonly lookup: Lookup;
  readonly live: Live;
  readonly chime = new Chime(storageOf('localStorage'));
  readonly alerts: Alerts;

  session: Session;
  /** How often a token has come or gone, and how often editions have. */
  access = $state(0);
  editions = $state(0);
  feed: FeedState = $state.raw({ name: 'connecting' });
  /** Since when the server has been without its database, null while it has it. */
  databaseLost: string | null = $state(null);
  news = $state.raw(noNews);
  map: CityMap | undefined = $state.raw();

  task: Task;
  /** From the city down to the division that is open. */
  path: DivisionRef[];
  /** Which layers are on the map. */
  visible: Shown['layers'];
  view: View | null;
  plan: string | null;
  draft: Draft | null = $state.raw(null);
  planning: Shown['planning'];
  incident: string | null;
  filter: Shown['filter'];
  intake: Shown['intake'];
  /** The incident that the pointer is over, on the map or in the list. */
  pointedAt: string | null = $state(null);
  coverage: Shown['coverage'];
  /** The figure that the map paints, null for none. */
  painted: Painted | null = $state.raw(null);
  part: Shown['part'];
  /** Of the token: files that were sent are its own. */
  importWork = $state.raw(new ImportWork());
  /** The grid that is to be divided, null for none in particular. */
  grid: Shown['grid'];
  /** Whether what is chosen is to be zoomed to when it comes: when it was chosen, and not by a link that says where to look. */
  #zoomToChosen: boolean;
  readonly #firstLink: Link;

  constructor(api: Api, session: Session, city: City, link: Link) {
    this.api = api;
    this.city = city;
    this.session = $state.raw(session);
    this.task = $state(link.task);
    this.path = $state.raw([cityRef(city)]);
    this.visible = $state({ ...link.layers });
    this.view = $state.raw(link.view);
    this.plan = $state(link.plan);
    this.planning = $state.raw(link.planning);
    this.incident = $state(link.incident);
    this.filter = $state.raw(link.filter);
    this.intake = $state.raw(link.intake);
    this.coverage = $state.raw(link.coverage);
    this.part = $state(link.part);
    this.grid = $state(link.grid);
    this.#firstLink = link;
    this.#zoomToChosen = link.view === null;
    // In other tasks the map's marks are theirs.
    this.lookup = new Lookup(api, () => (this.task === 'lookup' ? this.map : undefined));
    this.live = new Live(api, {
      onState: (state) => (this.feed = state),
      onRoster: (county) => this.lookup.refresh(county),
      onIncidents: () => this.map?.reloadIncidents(),
    });
    this.alerts = new Alerts({
      ring: () => this.chime.ring(),
      inSight: () => this.task === 'incidents' && !document.hidden,
      onChange: (next) => (this.news = next),
    });
  }

  /** The draft where it is drawn: it would cover incidents, and what is imported. */
  get drawn(): Draft | null {
    return this.task === 'incidents' || this.task === 'data' ? null : this.draft;
  }

  get mayReadAll(): boolean {
    return this.session.demo || this.session.role !== null;
  }

  /** The division that the session's reader may look into. */
  get top(): string {
    return this.session.scope || this.city.code;
  }

  /** The code of the division that is open. */
  get here(): string {
    return this.path.at(-1)?.code ?? this.city.code;
  }

  /** What screens ask for anew when it changes. */
  get fresh(): number {
    return this.access + this.editions;
  }

  /** What the address says of it. */
  get shown(): Shown {
    const { task, plan, incident, filter, planning, intake, part, coverage, grid } = this;
    const { at, asOf } = this.lookup;
    const division = this.path.length > 1 ? this.here : null;
    const layers = { ...this.visible };
    const chosen = { plan, incident, filter, planning, intake, part, coverage, grid, division, layers };
    return { task, ...chosen, at, asOf };
  }

  /** Coordinates that may be looked up, as an example. */
  get example(): string {
    return this.#middle.map((degrees) => degrees.toFixed(4)).join(', ');
  }

  get #middle(): [lon: number, lat: number] {
    const [west, south, east, north] = this.city.bbox;
    return [(west + east) / 2, (south + north) / 2];
  }

  /** Goes to another task, and then on; asks first where that would lose what is not saved. */
  goTo(task: Task, then: () => void = () => undefined): void {
    const go = (): void => {
      this.task = task;
      then();
    };
    if (task === this.task) go();
    else unsaved.leave(go);
  }

  ask(lon: number, lat: number, crs: Crs = 'wgs84', fly = false): void {
    this.task = 'lookup';
    void this.lookup.ask(lon, lat, crs, fly);
  }

  askInTheMiddle(): void {
    this.ask(...this.#middle, 'wgs84', true);
  }

  /** Flies to what was searched for: a division is opened, everything else looked up. */
  async openHit(hit: SearchHit): Promise<void> {
    if (hit.type !== 'division' || hit.code === null) return this.ask(...hit.point, 'wgs84', true);
    const { task, lookup } = this;
    const { at } = lookup;
    /** Else the reader has gone elsewhere meanwhile, or has asked for a place. */
    const waits = (): boolean => this.task === task && lookup.at === at;
    try {
      const chain = await this.api.divisionChain(hit.code);
      if (waits()) await this.openDivision(chain);
    } catch (cause) {
      if (waits()) lookup.fail(cause);
    }
  }

  async openDivision(chain: DivisionRef[]): Promise<void> {
    this.path = chain;
    this.task = 'divisions';
    const division = chain.at(-1);
    if (!division) return;
    const waits = (): boolean => this.path === chain && this.task === 'divisions';
    try {
      const { bbox } = await this.api.division(division.code);
      if (waits()) this.map?.fit(bbox);
    } catch (cause) {
      if (waits()) this.lookup.fail(cause); // the screen of divisions says for itself what it could not load
    }
  }

  openGrid(grid: Grid): void {
    if (grid.label) this.ask(grid.label[0], grid.label[1], 'wgs84', true);
  }

  /** Shows how the division that is open is covered. */
  openCoverage(): void {
    this.coverage = { ...this.coverage, division: this.here };
    this.task = 'coverage';
  }

  showFault({ polygon, at: [lon, lat] }: Fault): void {
    this.map?.mark(polygon ? null : { lon, lat }, polygon ? [{ role: 'fault', geometry: polygon }] : []);
    if (polygon) this.map?.fitGeometry(polygon);
    else this.map?.show(lon, lat, 19);
  }

  showSpot(spot: Spot): void {
    const place = 'at' in spot ? { lon: spot.at[0], lat: spot.at[1] } : null;
    this.map?.mark(place, 'at' in spot ? [] : [{ role: 'fault', geometry: spot.geometry }]);
    if (place !== null) this.map?.show(place.lon, place.lat, 18);
    else if ('geometry' in spot) this.map?.fitGeometry(spot.geometry);
  }

  choosePlan(code: string | null): void {
    if (code !== this.plan) this.draft = null;
    if (code === null || this.task !== 'divide') this.grid = null;
    this.plan = code;
    this.#zoomToChosen = true;
    this.map?.mark(null, []);
  }

  /** Goes to where a plan is begun that divides the grid. */
  divideGrid(code: string): void {
    this.choosePlan(null);
    [this.task, this.grid] = ['divide', code];
  }

  showDraft(loaded: Draft | null): void {
    this.draft = loaded;
    if (this.#zoomToChosen) this.fitDraft();
    this.#zoomToChosen = false;
  }

  fitDraft(): void {
    const box = boxAround(this.draft?.parts.flatMap((part) => shapeOf(part) ?? []) ?? []);
    if (box !== null) this.map?.fit(box);
  }

  /** Chooses an incident, or none, when nothing is lost by it or the reader agrees; the one in sight stays as it is. */
  openIncident(code: string | null): void {
    const inSight = this.task === 'incidents' && this.intake === null && this.incident === code;
    unsaved.agree(!inSight && unsaved.any, () => this.chooseIncident(code));
  }

  chooseIncident(code: string | null): void {
    if (code !== null) this.task = 'incidents';
    this.incident = code;
    this.intake = null;
    this.#zoomToChosen = true;
  }

  /** Opens the form for an incident at the spot. */
  takeDown(lon: number, lat: number): void {
    this.task = 'incidents';
    this.intake = { at: { lon, lat } };
  }

  showIncident([lon, lat]: [number, number]): void {
    if (this.#zoomToChosen) this.map?.show(lon, lat, 16);
    this.#zoomToChosen = false;
  }

  changeAccess(next: Session): void {
    this.session = next;
    this.access++;
    this.draft = null; // comes again for who may see it
    this.importWork = this.importWork.next();
    this.map?.reloadGuarded();
  }

  mapReady(map: CityMap): void {
    this.map = map;
    this.#askLinked(this.#firstLink);
    void this.#openLinked(this.#firstLink);
  }

  /** Keeps the address, the map and the stream of what happens in step with what is shown. For a component that is being made. */
  keepInStep(ontoken: () => void): void {
    // Layers that need a token ask for one when switched on without.
    $effect(() => {
      if (!(this.visible.places || this.visible.incidents) || this.mayReadAll) return;
      this.visible.places = this.visible.incidents = false;
      ontoken();
    });
    $effect(() => {
      if (this.view !== null) history.replaceState(null, '', formatLink(this.view, language(), this.shown));
    });
    $effect(() => {
      if (this.task === 'incidents') this.alerts.looked();
    });
    $effect(() => {
      if (this.task === 'lookup' && this.map !== undefined) untrack(() => this.lookup.draw());
    });
    $effect(() => this.map?.showDraft(this.drawn));
    $effect(() => this.map?.paint(this.painted));
    $effect(() => this.map?.pointAtIncident(this.pointedAt));
    $effect(() => this.map?.chooseIncident(this.task === 'incidents' ? this.incident : null));
    // Begins anew when a token comes or goes: another reader hears of other things.
    $effect(() => {
      void this.access;
      this.alerts.forget();
      this.live.start(this.mayReadAll);
      return () => this.live.stop();
    });
    $effect(() => this.#listen());
  }

  /** Listens to the address, to the server, and to whether anybody looks; the answer ends that. */
  #listen(): () => void {
    const { api, live, lookup, alerts } = this;
    api.onNewEdition = () => {
      this.editions++;
      this.draft = null; // of the past; comes again over what is in force now
      this.map?.reloadGrids();
      void lookup.refresh();
    };
    api.onDatabaseLost = (since) => {
      this.databaseLost = since;
      if (since === null) live.renew(); // what could not be had meanwhile
    };
    const shifts = setInterval(() => this.task === 'lookup' && !document.hidden && lookup.refresh(), shiftMs);
    const stopHearing = live.follow((happening) => alerts.heard(happening));
    const follow = (): void => this.#followLink();
    const rest = (): void => this.#rest();
    this.chime.unlockWithFirstUse();
    addEventListener('hashchange', follow);
    document.addEventListener('visibilitychange', rest);
    return () => {
      api.onNewEdition = api.onDatabaseLost = () => undefined;
      clearInterval(shifts);
      stopHearing();
      removeEventListener('hashchange', follow);
      document.removeEventListener('visibilitychange', rest);
    };
  }

  #rest(): void {
    // A dispatcher's page goes on listening behind others, for its badge and its sound.
    if (document.hidden && (this.task === 'incidents' || this.chime.on)) return;
    if (document.hidden) return this.live.rest();
    if (this.task === 'incidents') this.alerts.looked();
    this.live.wake();
  }

  #followLink(): void {
    const link = parseLink(location.hash);
    const { task, plan, incident, intake, part } = link;
    const stays =
      task === this.task && plan === this.plan && incident === this.incident && part === this.part;
    if (stays && (intake === null) === (this.intake === null)) return this.#show(link);
    // The address is what is shown, until the reader agrees.
    if (unsaved.any && this.view !== null)
      history.replaceState(null, '', formatLink(this.view, language(), this.shown));
    unsaved.leave(() => this.#show(link));
  }

  #show(link: Link): void {
    if (link.language !== null) setLanguage(link.language);
    if (link.plan !== this.plan) this.choosePlan(link.plan);
    if (link.incident !== this.incident) this.chooseIncident(link.incident);
    ({ task: this.task, filter: this.filter, planning: this.planning } = link);
    ({ intake: this.intake, part: this.part, coverage: this.coverage, grid: this.grid } = link);
    if (link.view !== null) this.map?.setView(link.view);
    this.#zoomToChosen &&= link.view === null;
    this.visible = { ...link.layers };
    this.#askLinked(link);
    void this.#openLinked(link);
  }

  #askLinked({ task, at, asOf, view }: Link): void {
    if (task !== 'lookup') return;
    if (at === null) return void this.lookup.choose(asOf);
    this.lookup.asOf = asOf;
    this.ask(at.lon, at.lat, 'wgs84', view === null);
  }

  async #openLinked({ task, division, view }: Link): Promise<void> {
    const code = division ?? this.city.code;
    if (task !== 'divisions' || code === this.here) return;
    if (division === null) return void (this.path = [cityRef(this.city)]);
    try {
      const chain = await this.api.divisionChain(division);
      this.path = chain;
      const opened = chain.at(-1);
      if (view === null && opened) this.map?.fit(opened.bbox);
    } catch {
      // The screen asks for what is in it, and says what is wrong.
      this.path = [cityRef(this.city), { level: '', code: division, name: division }];
    }
  }
}

function cityRef({ code, name }: City): DivisionRef {
  return { level: 'city', code, name };
}

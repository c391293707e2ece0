/** What a rule sees of an event. Any program can give its own; {@link objectView} makes one of a plain object. */
export interface EventView {
  /** The values of a field, in order; undefined when the event has no such field. Field names are case-sensitive. */
  values(field: string): readonly string[] | undefined;
  /** Every value of the event, for keyword searches. */
  all(): Iterable<string>;
  /**
   * Texts in which every value of {@link EventView.all} stands, as it is or escaped as in JSON (numbers in any notation): a
   * quick search tells that a keyword is not there. undefined where there are none.
   */
  texts?(): readonly string[] | undefined;
  /** Whether EventID and Channel are these, and nothing beside them; asked often. Where it is missing their values are. */
  isKind?(channel: string, eventId: number): boolean;
  /** About how many characters its values have, where that is known without looking at them. */
  extent?(): number | undefined;
  /**
   * Whether one of these words, ASCII and in lower case, may stand in one of {@link EventView.texts}, in any case of its letters:
   * a quick search, which says true where it does not know. Lists are known by their identity.
   */
  mentions?(words: readonly string[]): boolean;
  /**
   * The one value of a field as it stands in the source, so that what came of equal bytes can be remembered without decoding
   * them; undefined where there is none or several. Valid until it is asked again.
   */
  raw?(field: string): RawValue | undefined;
}

/** A value in the bytes of its source: bytes that are equal, in one notation, are equal values. */
export interface RawValue {
  readonly notation: string;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

export type Primitive = string | number | boolean | null;

/** A flat object as an event: numbers and booleans as text, null as the empty text, lists as several values. */
export function objectView(fields: Readonly<Record<string, Primitive | readonly Primitive[]>>): EventView {
  const values = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(fields)) {
    const list = Array.isArray(value) ? value : [value];
    values.set(
      name,
      list.map((v) => (v === null ? '' : String(v))),
    );
  }
  return { values: (field) => values.get(field), all: () => [...values.values()].flat() };
}

/** Stands between two values when all are searched as one text; a keyword that contains it is searched value by value. */
export const SEPARATOR = '\u0000\u001f\u0000';

/** A view that remembers what several rules ask of the same event: lower-cased values, and all values as one text. */
export class PreparedView implements EventView {
  readonly #view: EventView;
  readonly #values = new Map<string, readonly string[] | undefined>();
  readonly #folded = new Map<string, readonly string[]>();
  #all: readonly string[] | undefined;
  #allFolded: readonly string[] | undefined;
  #text: string | undefined;

  constructor(view: EventView) {
    this.#view = view;
  }

  values(field: string): readonly string[] | undefined {
    const known = this.#values.get(field);
    if (known !== undefined || this.#values.has(field)) return known;
    const values = this.#view.values(field);
    this.#values.set(field, values);
    return values;
  }

  raw(field: string): RawValue | undefined {
    return this.#view.raw?.(field);
  }

  /** The values in lower case; none when the field is absent. */
  folded(field: string): readonly string[] {
    let values = this.#folded.get(field);
    if (values === undefined) {
      values = this.values(field)?.map((v) => v.toLowerCase()) ?? NONE;
      this.#folded.set(field, values);
    }
    return values;
  }

  all(): readonly string[] {
    this.#all ??= [...this.#view.all()];
    return this.#all;
  }

  allFolded(): readonly string[] {
    this.#allFolded ??= this.all().map((v) => v.toLowerCase());
    return this.#allFolded;
  }

  /** All lower-cased values, {@link SEPARATOR} between them. */
  foldedText(): string {
    this.#text ??= this.allFolded().join(SEPARATOR);
    return this.#text;
  }
}

const NONE: readonly string[] = [];

export const prepare = (view: EventView): PreparedView =>
  view instanceof PreparedView ? view : new PreparedView(view);

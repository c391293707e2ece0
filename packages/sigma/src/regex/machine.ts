/**
 * Runs an automaton over a text in linear time, whatever pattern and text are: sets of steps are made into states when
 * they are first met (a lazy deterministic automaton), so that a character costs one look-up. Looks ahead and behind are
 * run before, each by a machine of its own that marks the places where it holds. Source: Cox, "Regular Expression
 * Matching in the Wild", 2010; Mamouras et al., "Efficient Matching of Regular Expressions with Lookaround", 2024.
 * `linear.ts` says which patterns RegExp may run instead; a property test holds the two equal.
 */
import type { Assertion } from './node.ts';
import type { Program } from './program.ts';
import { ASCII_WORD_SET, type CharSet, NEWLINE_SET, setSource, setTest, WORD_SET } from './set.ts';

interface State {
  /** Steps to go on from, before what holds at the place is known. */
  readonly steps: readonly number[];
  /** The state after a place and the character behind it, by `place * stride + class`. */
  next: (State | undefined)[];
}

const MATCH: State = { steps: [], next: [] };
const DEAD: State = { steps: [], next: [] };

/** Memory of one machine; for tests. */
export interface Limits {
  /** Numbers kept in the tables; beyond it they are made anew. */
  readonly mostCells: number;
  /** Classes of characters that the tables have room for at first. */
  readonly stride: number;
}
const LIMITS: Limits = { mostCells: 1 << 19, stride: 16 };
/** Characters beyond ASCII whose class is remembered. */
const MOST_KNOWN = 4096;
/** No character: the end of the text. */
const END = 0;

export interface Machine {
  /** Whether the pattern is found anywhere in the text. */
  test(text: string): boolean;
  /** For every place of the text whether the pattern ends there (begins there, when the program reads backward). */
  mark(text: string): Uint8Array;
}

export function createMachine(
  { steps, start, sets, bits }: Program,
  backward = false,
  { mostCells, stride: firstStride }: Limits = LIMITS,
): Machine {
  const looks = bits.map((bit) =>
    typeof bit === 'string' ? undefined : createMachine(bit.look.program, bit.look.ahead),
  );
  /** Between two characters in the middle of a text nothing is asked. */
  const plainPlaces = bits.every((bit) => bit === 'start' || bit === 'end' || bit === 'last');
  const anchored = !backward && beginsAtStart(steps, start, bits);
  const classes = createClasses(sets);

  let states = new Map<string, State>();
  let cells = 0;
  let stride = firstStride;
  let first: State;
  const marks = new Uint32Array(steps.length);
  let round = 0;

  const stateOf = (list: readonly number[]): State => {
    if (list.length === 0) return DEAD;
    const key = list.join();
    let state = states.get(key);
    if (state === undefined) {
      state = { steps: list, next: new Array<State | undefined>(stride).fill(undefined) };
      states.set(key, state);
      cells += list.length + stride;
    }
    return state;
  };
  const forget = (): void => {
    states = new Map();
    cells = 0;
    first = stateOf([start]);
  };
  forget();

  /** What holds at place `i`, one bit each. */
  const placeOf = (
    text: string,
    i: number,
    before: number,
    after: number,
    marked: readonly (Uint8Array | undefined)[],
  ): number => {
    let place = 0;
    for (let b = 0; b < bits.length; b++) {
      const bit = bits[b]!;
      const holds =
        typeof bit !== 'string'
          ? marked[b]![i] === 1
          : ASSERT[bit](text, i, classes.flags(before), classes.flags(after));
      if (holds) place |= 1 << b;
    }
    return place;
  };

  /** Steps that take a character and can be reached from `list` at this place; undefined when the end is. */
  const closure = (list: readonly number[], place: number): number[] | undefined => {
    round++;
    const taking: number[] = [];
    const left = [...list];
    let at = left.pop();
    for (; at !== undefined; at = left.pop()) {
      if (marks[at] === round) continue;
      marks[at] = round;
      const step = steps[at]!;
      if (step.kind === 'accept') return undefined;
      if (step.kind === 'set') taking.push(at);
      else if (step.kind === 'split') left.push(...step.to);
      else if (((place >> step.bit) & 1) === (step.negated ? 0 : 1)) left.push(step.to);
    }
    return taking;
  };

  const follow = (state: State, place: number, after: number): State => {
    const taking = closure(state.steps, place);
    if (taking === undefined) return MATCH;
    if (after === END) return DEAD;
    const members = classes.members(after);
    const to = new Set<number>();
    for (const at of taking) {
      const step = steps[at]!;
      if (step.kind === 'set' && members[step.set]) to.add(step.to);
    }
    if (!anchored) to.add(start);
    return stateOf([...to].sort((a, b) => a - b));
  };

  /** Goes through a text; `found` is told each place at which the pattern is accepted and says whether to stop. */
  const run = (text: string, found: (i: number) => boolean): void => {
    const marked = looks.map((look) => look?.mark(text));
    const n = text.length;
    let i = backward ? n : 0;
    const stop = backward ? 0 : n;
    let state = first;
    let before = END;
    for (;;) {
      // The common case in a tight loop: an ASCII character where nothing is asked of the place, from a state that is known.
      if (plainPlaces && !backward && (i > 0 || bits.length === 0)) {
        const limit = bits.length === 0 ? n : n - 1;
        const { ascii } = classes;
        const room = stride;
        while (i < limit) {
          const unit = text.charCodeAt(i);
          const after = unit < 128 ? ascii[unit]! : END;
          if (after === END || after >= room) break;
          const next = state.next[after];
          if (next === undefined || next === MATCH || next === DEAD) break;
          state = next;
          before = after;
          i++;
        }
      }
      let after = END;
      let width = 1;
      if (i !== stop) {
        let unit = text.charCodeAt(backward ? i - 1 : i);
        if (unit >= 128) {
          if ((unit & 0xf800) === 0xd800) {
            unit = text.codePointAt(backward && i > 1 && (unit & 0xfc00) === 0xdc00 ? i - 2 : backward ? i - 1 : i)!;
            if (unit > 0xffff) width = 2;
            else if (backward) unit = text.charCodeAt(i - 1);
          }
        }
        after = classes.of(unit);
        if (after >= stride) {
          stride *= 2;
          const list = state.steps;
          forget();
          state = stateOf(list);
        }
      }
      const place =
        bits.length === 0 || (plainPlaces && i > 0 && i < n - 1)
          ? 0
          : backward
            ? placeOf(text, i, after, before, marked)
            : placeOf(text, i, before, after, marked);
      const cell = place * stride + after;
      let next = state.next[cell];
      if (next === undefined) {
        next = follow(state, place, after);
        if (++cells > mostCells) {
          const list = next.steps;
          const kept = next === MATCH || next === DEAD;
          forget();
          if (!kept) next = stateOf(list);
        } else state.next[cell] = next;
      }
      if (next === MATCH) {
        if (found(i)) return;
        next = afterMatch(state, place, after);
      }
      if (i === stop || next === DEAD) return;
      state = next;
      before = after;
      i += backward ? -width : width;
    }
  };

  /** Where every acceptance is wanted, an automaton goes on behind one. */
  const afterMatch = (state: State, place: number, after: number): State => {
    if (after === END) return DEAD;
    round++;
    const members = classes.members(after);
    const to = new Set<number>([start]);
    const left = [...state.steps];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      if (marks[at] === round) continue;
      marks[at] = round;
      const step = steps[at]!;
      if (step.kind === 'set') {
        if (members[step.set]) to.add(step.to);
      } else if (step.kind === 'split') left.push(...step.to);
      else if (step.kind === 'assert' && ((place >> step.bit) & 1) === (step.negated ? 0 : 1)) left.push(step.to);
    }
    return stateOf([...to].sort((a, b) => a - b));
  };

  return {
    test: (text) => {
      let hit = false;
      run(text, () => {
        hit = true;
        return true;
      });
      return hit;
    },
    mark: (text) => {
      const places = new Uint8Array(text.length + 1);
      run(text, (i) => {
        places[i] = 1;
        return false;
      });
      return places;
    },
  };
}

/** Bits of {@link Classes.flags}. */
const NEWLINE = 1;
const WORD = 2;
const ASCII_WORD = 4;

const ASSERT: Readonly<Record<Assertion, (text: string, i: number, before: number, after: number) => boolean>> = {
  start: (_text, i) => i === 0,
  end: (text, i) => i === text.length,
  last: (text, i) => i === text.length || (i === text.length - 1 && text.charCodeAt(i) === 10),
  lineStart: (_text, i, before) => i === 0 || (before & NEWLINE) !== 0,
  lineEnd: (text, i, _before, after) => i === text.length || (after & NEWLINE) !== 0,
  boundary: (_text, _i, before, after) => ((before ^ after) & WORD) !== 0,
  asciiBoundary: (_text, _i, before, after) => ((before ^ after) & ASCII_WORD) !== 0,
};

interface Classes {
  /** The classes of ASCII characters; 0 where one was not met yet. */
  readonly ascii: Uint16Array;
  /** The class of a code point: characters of one class belong to the same sets. From 1 on. */
  of(point: number): number;
  /** By set, whether the characters of a class belong to it. */
  members(id: number): readonly boolean[];
  flags(id: number): number;
}

function createClasses(sets: readonly CharSet[]): Classes {
  const tests = sets.map(setTest);
  const ids = new Map<string, number>();
  const members: (readonly boolean[])[] = [[]];
  const flags = [0];
  const ascii = new Uint16Array(128);
  let known = new Map<number, number>();
  const flagOf = sets.map((set) => {
    const source = setSource(set);
    return source === setSource(NEWLINE_SET)
      ? NEWLINE
      : source === setSource(WORD_SET)
        ? WORD
        : source === setSource(ASCII_WORD_SET)
          ? ASCII_WORD
          : 0;
  });
  const make = (point: number): number => {
    const character = String.fromCodePoint(point);
    const belongs = tests.map((test) => test(character));
    const key = belongs.map(Number).join('');
    let id = ids.get(key);
    if (id === undefined) {
      id = members.push(belongs) - 1;
      ids.set(key, id);
      flags.push(flagOf.reduce<number>((sum, flag, set) => (belongs[set] ? sum | flag : sum), 0));
    }
    return id;
  };
  return {
    ascii,
    of: (point) => {
      if (point < 128) {
        const id = ascii[point]!;
        if (id !== 0) return id;
        ascii[point] = make(point);
        return ascii[point];
      }
      let id = known.get(point);
      if (id === undefined) {
        id = make(point);
        if (known.size >= MOST_KNOWN) known = new Map();
        known.set(point, id);
      }
      return id;
    },
    members: (id) => members[id]!,
    flags: (id) => flags[id]!,
  };
}

/** Whether every way into the pattern asks for the start of the text. */
function beginsAtStart(steps: Program['steps'], start: number, bits: Program['bits']): boolean {
  const seen = new Set<number>();
  const left = [start];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const step = steps[at]!;
    if (step.kind === 'set' || step.kind === 'accept') return false;
    if (step.kind === 'split') left.push(...step.to);
    else if (bits[step.bit] !== 'start' || step.negated) left.push(step.to);
  }
  return true;
}

import { longest, nullable, type RegexNode, ways } from './node.ts';
import { compileProgram, type Program, type Step } from './program.ts';
import { type CharSet, setTest } from './set.ts';

/** Ways that a backtracking search may have open at once. Each character of a text costs at most so many steps. */
const MOST_OPEN = 64;
/** Ways of a pattern without * and + from one place. */
const MOST_WAYS = 256;
/** Work that a proof may take; a pattern that needs more is not proven. */
const MOST_VECTORS = 400;
const MOST_WORK = 60_000;

/**
 * Whether a backtracking RegExp provably takes time linear in the text: whatever the text, each of its characters is
 * looked at a bounded number of times (a few hundred), all places to begin from taken together. A pattern of which this
 * cannot be shown, or not soon, is not linear.
 *
 * A failing search takes every path through the automaton that the text allows, from every place. So its steps at a
 * character are the number of paths alive there, over all beginnings. The proof goes through all vectors "how many paths
 * are at each step" that any text can bring about, a new path beginning at every character; it holds when these are
 * finitely many and none has more than {@link MOST_OPEN} paths. What holds between characters is taken to hold always,
 * save `^`. Source: Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers by
 * Using Ambiguity of NFA", 2016.
 */
export function provenLinear(node: RegexNode): boolean {
  if (!tame(node)) return false;
  if (ways(node) <= MOST_WAYS) return true;
  const program = compileProgram(node);
  const alphabet = representatives(program.sets);
  return !growing(program, alphabet) && boundedPaths(program, alphabet);
}

/** For every way in which a character can belong to the sets of a program, which it belongs to. */
type Alphabet = readonly (readonly boolean[])[];

/** No loop over what may be empty, no look whose own search is long, no choice of characters beyond ASCII without end. */
function tame(node: RegexNode): boolean {
  switch (node.kind) {
    case 'set':
      return node.set.members.every((m) => 'escape' in m || m.hi < 128 || m.lo === m.hi || isRest(m));
    case 'sequence':
    case 'choice':
      return node.of.every(tame);
    case 'repeat':
      return tame(node.of) && !(node.most > 1 && nullable(node.of));
    case 'assert':
      return true;
    case 'look':
      return tame(node.of) && longest(node.of) <= MOST_WAYS && ways(node.of) <= 16;
    default:
      return node satisfies never;
  }
}

/** A range that holds everything beyond ASCII. */
const isRest = ({ lo, hi }: { lo: number; hi: number }): boolean => lo <= 128 && hi === 0x10ffff;

/** How many paths are at each step that waits for a character. */
type Vector = ReadonlyMap<number, number>;

/**
 * Whether paths pile up in a loop over one set, such as the `.*` of `cmd.*x`: when the way into the loop is of characters
 * that also go round it, every time that a text takes that way leaves one path more. {@link boundedPaths} says no to these
 * too, much later; they are nearly all that it says no to.
 */
export function growing({ steps, start, bits }: Program, alphabet: Alphabet): boolean {
  const after = (from: number): readonly number[] => {
    const found: number[] = [];
    const known = new Set<number>();
    const walk = (at: number): void => {
      if (known.has(at)) return;
      known.add(at);
      const step = steps[at]!;
      if (step.kind === 'set') found.push(at);
      else if (step.kind === 'split') step.to.forEach(walk);
      else if (step.kind === 'assert' && (bits[step.bit] !== 'start' || step.negated)) walk(step.to);
    };
    walk(from);
    return found;
  };
  const setOf = (at: number): number => (steps[at] as Extract<Step, { kind: 'set' }>).set;
  const next = steps.map((step) => (step.kind === 'set' ? after(step.to) : undefined));
  const begin = after(start);
  return next.some((to, loop) => {
    if (to?.includes(loop) !== true) return false;
    const round = alphabet.filter((belongs) => belongs[setOf(loop)]);
    const known = new Set(begin);
    // A set grows while it is walked.
    for (const at of known)
      if (round.some((belongs) => belongs[setOf(at)])) for (const one of next[at]!) known.add(one);
    return round.length > 0 && known.has(loop);
  });
}

export function boundedPaths(program: Program, alphabet: Alphabet): boolean {
  const { steps, start, bits } = program;
  let work = 0;

  const closures = new Map<number, Vector | undefined>();
  /** The steps that take a character and the number of ways to each without one; undefined when there are too many. */
  const closure = (from: number, atStart: boolean): Vector | undefined => {
    const key = from * 2 + (atStart ? 1 : 0);
    if (closures.has(key)) return closures.get(key);
    const found = new Map<number, number>();
    let open = 0;
    const walk = (at: number): boolean => {
      if (++open > MOST_OPEN * 4) return false;
      const step = steps[at]!;
      switch (step.kind) {
        case 'accept':
          return true;
        case 'set':
          found.set(at, (found.get(at) ?? 0) + 1);
          return true;
        case 'split':
          return step.to.every(walk);
        case 'assert':
          if (bits[step.bit] === 'start' && atStart === step.negated) return true;
          return walk(step.to);
        default:
          return step satisfies never;
      }
    };
    const made = walk(from) ? found : undefined;
    work += open;
    closures.set(key, made);
    return made;
  };

  /** Adds the ways from `from` to `vector`; false when there are too many. */
  const add = (vector: Map<number, number>, from: number, paths: number, atStart: boolean): boolean => {
    const reached = closure(from, atStart);
    if (reached === undefined) return false;
    for (const [at, ways] of reached) vector.set(at, (vector.get(at) ?? 0) + ways * paths);
    return true;
  };

  const begin = new Map<number, number>();
  if (!add(begin, start, 1, true)) return false;
  const seen = new Set<string>();
  const left: Vector[] = [begin];
  for (let vector = left.pop(); vector !== undefined; vector = left.pop()) {
    for (const belongs of alphabet) {
      const next = new Map<number, number>();
      work += vector.size + 1;
      for (const [at, paths] of vector) {
        const step = steps[at]!;
        if (step.kind === 'set' && belongs[step.set] && !add(next, step.to, paths, false)) return false;
      }
      if (!add(next, start, 1, false)) return false;
      let open = 0;
      for (const paths of next.values()) open += paths;
      if (open > MOST_OPEN || work > MOST_WORK) return false;
      const key = [...next].sort(([a], [b]) => a - b).join(';');
      if (seen.has(key)) continue;
      seen.add(key);
      if (seen.size > MOST_VECTORS) return false;
      left.push(next);
    }
  }
  return true;
}

/**
 * One character for each member of the {@link Alphabet}. Beyond ASCII the sets hold single
 * characters and classes only ({@link tame}), so one character of each class stands for all its others.
 */
export function representatives(sets: readonly CharSet[]): Alphabet {
  const characters = new Set<string>();
  for (let c = 0; c < 128; c++) characters.add(String.fromCharCode(c));
  // Kelvin sign and long s are equal to ASCII letters; then a letter, digit, space, mark, sign, control, two unassigned.
  for (const c of '\u212a\u017f\u4e00\u0663\u3000\u0300\u2603\u0085\u{10ffff}\ud800') characters.add(c);
  for (const { members } of sets) {
    for (const m of members) {
      if ('escape' in m || m.lo < 128) continue;
      const c = String.fromCodePoint(m.lo);
      for (const spelling of [c, c.toLowerCase(), c.toUpperCase()])
        if ([...spelling].length === 1) characters.add(spelling);
    }
  }
  const tests = sets.map(setTest);
  const ways = new Map<string, readonly boolean[]>();
  for (const c of characters) {
    const belongs = tests.map((test) => test(c));
    ways.set(belongs.map(Number).join(''), belongs);
  }
  return [...ways.values()];
}

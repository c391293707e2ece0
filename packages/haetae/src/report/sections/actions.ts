import { shortHost } from '../../incident/index.ts';
import { wordsOf } from '../../locale/index.ts';
import type { Step } from '../contract.ts';
import { type Block, plain, type Text } from '../model.ts';
import { local, type One, type Telling } from '../telling.ts';
import { bullets, eachSection, fit, note, table, wide } from './section.ts';

/** What was done and what is still to be done: out of the incident's history and out of what people wrote down. */
export const actions = eachSection('actions', (of, one) => {
  const { w, input } = of;
  const { triaged } = one;
  const taken = takenOf(of, one);
  const open = [
    ...input.facts.actions
      .filter(({ state }) => state === 'open')
      .map(({ what, by }) => (by === undefined ? what : `${what} (${by})`)),
    ...(triaged?.waiting ?? []).map(({ action, about, host }) =>
      w.actions.waits(actionWord(of, action), aimOf(about, host)),
    ),
    ...(triaged !== undefined && triaged.status !== 'closed' ? [w.actions.openTriage] : []),
  ];
  const state: (readonly [string, Text])[] =
    triaged === undefined
      ? []
      : [
          [w.actions.statusNow, w.actions.statuses[triaged.status]],
          [w.actions.assigneeNow, triaged.assignee ?? w.actions.nobody],
          [w.actions.verdictNow, triaged.verdict === null ? '-' : w.actions.verdicts[triaged.verdict]],
        ];
  const facts: Block[] = state.length === 0 ? [] : [{ kind: 'facts', rows: state }];
  if (taken.length + open.length === 0) return [...facts, note(w.actions.none)];
  return [
    ...facts,
    { kind: 'heading', depth: 3, text: w.actions.taken, id: `taken-${one.incident.id}` },
    taken.length === 0
      ? note(w.actions.none)
      : table(
          [fit(`${w.columns.local} (${of.zone})`), fit(w.columns.by), wide(w.columns.what, 3)],
          taken.map(({ timeMs, by, what }): Text[] => [
            timeMs === undefined ? '-' : local(of, timeMs),
            by,
            [plain(what)],
          ]),
        ),
    { kind: 'heading', depth: 3, text: w.actions.open, id: `open-${one.incident.id}` },
    open.length === 0 ? note(w.actions.noneOpen) : bullets(open),
  ];
});

/** What the server does and not its detection. */
const OWN: ReadonlySet<Step['kind']> = new Set(['delivery', 'response']);

const actionWord = ({ language }: Telling, action: string): string => {
  const { actions: words } = wordsOf(language).respond;
  return words[action as keyof typeof words] ?? action;
};
const aimOf = (about: string, host: string): string =>
  [about, shortHost(host)].filter((part) => part !== '').join(' · ');

interface Taken {
  readonly timeMs: number | undefined;
  readonly by: string;
  readonly what: string;
}

export function takenOf(of: Telling, { triaged }: Pick<One, 'triaged'>): Taken[] {
  const { w, input } = of;
  const told = (triaged?.steps ?? []).map((step) => ({
    timeMs: step.timeMs,
    by: step.by !== '' ? step.by : OWN.has(step.kind) ? 'Haetae' : w.actions.detection,
    what: stepText(of, step),
  }));
  const written = input.facts.actions
    .filter(({ state }) => state === 'done')
    .map(({ timeMs, by, what }) => ({ timeMs, by: by ?? '-', what }));
  return [...told, ...written].sort((a, b) => (a.timeMs ?? Infinity) - (b.timeMs ?? Infinity));
}

/** One line of a history as words. What is in it was written by people and rooms above: it is read with care. */
function stepText(telling: Telling, { kind, detail }: Step): string {
  const { w, language } = telling;
  const of = (typeof detail === 'object' && detail !== null ? detail : {}) as Record<string, unknown>;
  const text = (name: string): string => (typeof of[name] === 'string' ? of[name] : '');
  const level = (name: string): string => word(wordsOf(language).levels, name);
  const word = (table: object, key: unknown): string =>
    typeof key === 'string' && Object.hasOwn(table, key)
      ? String(table[key as keyof typeof table])
      : String(key ?? '-');
  switch (kind) {
    case 'created':
      return w.actions.created;
    case 'level':
      return w.actions.level(level(text('from')), level(text('to')));
    case 'merged':
      return w.actions.merged(text('into') || text('from') || text('id'));
    case 'comment':
      return w.actions.comment(typeof detail === 'string' ? detail : text('text'));
    case 'delivery':
      return w.actions.delivery(text('channel') || '-', word(w.actions.deliveries, of.state), text('why'));
    case 'response':
      return w.actions.response(
        actionWord(telling, text('action')),
        aimOf(text('about'), text('host')),
        word(w.actions.outcomes, of.state),
      );
    case 'reported':
      return w.actions.reported(word(w.stage, of.stage));
    case 'awareness':
      return w.actions.aware;
    case 'triage':
      return (
        changesOf(of)
          .map(([name, from, to]) => {
            switch (name) {
              case 'status':
                return w.actions.status(word(w.actions.statuses, from), word(w.actions.statuses, to));
              case 'verdict':
                return w.actions.verdict(to === null ? '-' : word(w.actions.verdicts, to));
              case 'assignee':
                return w.actions.assignee(typeof to === 'string' ? to : w.actions.nobody);
              case 'tags':
                return w.actions.tags(Array.isArray(to) ? to.join(', ') : String(to));
              default:
                return w.actions.other;
            }
          })
          .join(language === 'ko' ? ' · ' : '; ') || w.actions.other
      );
    default:
      return kind satisfies never;
  }
}

/** `{from: {…}, to: {…}}` as one change a member. */
function changesOf({ from, to, before, after }: Record<string, unknown>): [string, unknown, unknown][] {
  const old = (typeof (from ?? before) === 'object' ? (from ?? before) : {}) as Record<string, unknown> | null;
  const now = (typeof (to ?? after) === 'object' ? (to ?? after) : {}) as Record<string, unknown> | null;
  return Object.keys(now ?? {}).map((name) => [name, old?.[name], now?.[name]]);
}

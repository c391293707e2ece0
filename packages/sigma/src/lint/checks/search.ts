import type { Checks } from '../check.ts';
import { child } from '../source.ts';

const RESERVED = new Set(['and', 'or', 'not', 'of', 'them', 'all', 'any', '1']);
/** Fields that every event of a log has in common with most others. */
const BROAD = new Set(['EventID', 'Channel', 'Provider_Name']);

export const SEARCH: Checks = {
  'search-name': {
    severity: 'info',
    what: 'A search is called neither selection, keywords nor filter.',
    why: "SigmaHQ's convention: the condition then reads without the searches.",
    document: ({ searches, kind }, report) => {
      if (kind !== 'rule') return;
      for (const { name, entry } of searches)
        if (
          !/^_?(?:selection|filter|keywords?|sel(?:_|$)|sub_?|main|optional|process|[a-z]+_(?:selection|filter)|sel\w*)/i.test(
            name,
          )
        )
          report(entry.key, `the search ${name} is usually called selection_${name}, filter_main_${name} or keywords`);
    },
  },
  'search-reserved': {
    severity: 'warning',
    what: 'A search is called like a word of conditions, or has other characters than letters, digits, _ and -.',
    why: 'The condition cannot name it, or tools read it in different ways.',
    document: ({ searches }, report) => {
      for (const { name, entry } of searches)
        if (RESERVED.has(name.toLowerCase()) || !/^[\w.-]+$/.test(name))
          report(entry.key, `a search cannot well be called ${name}`);
    },
  },
  'filter-name': {
    severity: 'info',
    what: 'A filter is called neither filter_main_* nor filter_optional_*.',
    why: 'SigmaHQ tells filters that belong to the rule from those for software that not everyone has.',
    document: ({ searches, kind }, report) => {
      if (kind !== 'rule') return;
      for (const { name, entry } of searches)
        if (/^filter/.test(name) && !/^filter_(?:main|optional)(?:_|$)/.test(name))
          report(entry.key, `call ${name} filter_main_… or filter_optional_…`);
    },
  },
  'search-same': {
    severity: 'warning',
    what: 'Two searches say the same.',
    why: 'One of them was meant to say something else, or is not needed.',
    document: ({ searches, source }, report) => {
      const seen = new Map<string, string>();
      for (const { name, entry } of searches) {
        const text = source.slice(entry.value).replace(/\s+/g, ' ').trim();
        const other = seen.get(text);
        if (other !== undefined) report(entry.key, `${name} says the same as ${other}`);
        else seen.set(text, name);
      }
    },
  },
  'search-empty': {
    severity: 'error',
    what: 'A search is empty.',
    why: 'It cannot be said what it asks for.',
    document: ({ searches }, report) => {
      for (const { name, entry } of searches) {
        const { value } = entry;
        const size =
          value.kind === 'map'
            ? value.entries.length
            : value.kind === 'list'
              ? value.items.length
              : value.value === null
                ? 0
                : 1;
        if (size === 0) report(entry.key, `the search ${name} is empty`);
      }
    },
  },
  'too-broad': {
    severity: 'info',
    what: 'The rule asks for nothing but an event id, channel or provider.',
    why: 'It matches every such event; that is right only where the event itself is the sign.',
    document: ({ items, searches, kind, text }, report) => {
      if (kind !== 'rule' || items.length === 0 || searches.some((s) => s.keywords.length > 0)) return;
      const level = text('level');
      if (items.every((i) => BROAD.has(i.field)) && level !== 'informational' && level !== 'low')
        report(searches[0]!.entry.key, 'every event of this id matches; ask for one of its fields, or lower the level');
    },
  },
  'old-timeframe': {
    severity: 'warning',
    what: 'The detection has a timeframe.',
    why: 'It belonged to the old aggregations; write a correlation with timespan.',
    document: ({ get, kind }, report) => {
      const timeframe = child(get('detection')?.value, 'timeframe');
      if (kind === 'rule' && timeframe !== undefined)
        report(timeframe.key, 'timeframe does nothing; write a correlation');
    },
  },
  'single-alternative': {
    severity: 'info',
    what: 'A search is a list of one map.',
    why: 'A list means alternatives; with one there are none, so write the map.',
    document: ({ searches }, report) => {
      for (const { entry } of searches)
        if (entry.value.kind === 'list' && entry.value.items.length === 1 && entry.value.items[0]!.kind === 'map')
          report(entry.value, 'a list of one map; write the map');
    },
  },
  'alternatives-merge': {
    severity: 'info',
    what: 'Alternatives differ only in the value of one field.',
    why: 'One list of values says the same in fewer lines.',
    document: ({ searches }, report) => {
      for (const { entry } of searches) {
        if (entry.value.kind !== 'list') continue;
        const seen = new Set<string>();
        for (const item of entry.value.items) {
          if (item.kind !== 'map' || item.entries.length !== 1) continue;
          const { key } = item.entries[0]!;
          if (seen.has(key.text) && !/\|(?:all|neq)\b/.test(key.text))
            report(key, `${key.text} stands in two alternatives; write one list`);
          seen.add(key.text);
        }
      }
    },
  },
  'single-value-list': {
    severity: 'info',
    what: 'A field has a list of one value.',
    why: 'SigmaHQ writes one value on the line of its field.',
    fixes: true,
    document: ({ items, source }, report) => {
      for (const { entry, values, editable } of items) {
        const { key, value } = entry;
        const [only] = values;
        if (value.kind !== 'list' || value.items.length !== 1 || only === undefined) continue;
        const written = source.slice(only);
        const between = source.text.slice(key.to, only.from);
        const fixable = editable && only.style !== 'block' && !written.includes('\n') && written !== '';
        const to = value.flow ? value.to : only.to;
        const plain = /^:[ \t]*\r?\n[ \t]*-[ \t]+$/.test(between) || (value.flow && /^: *\[ *$/.test(between));
        report(
          value,
          'a list of one value; write it behind the field',
          fixable && plain ? [{ from: key.to, to, text: `: ${written}` }] : undefined,
        );
      }
    },
  },
};

/**
 * The import law: which room may import which, by the door (`index.ts`) only. Data passes down this list, never up.
 * A room is a folder; `haetae/<name>` stands for packages/haetae/src/<name>. See docs/ARCHITECTURE.md.
 */
export interface Room {
  /** Folder from the repository root. */
  readonly path: string;
  /** Rooms whose door it may import. */
  readonly rooms: readonly string[];
  /** npm packages it may import. */
  readonly packages: readonly string[];
}

export const ROOMS: Readonly<Record<string, Room>> = {
  evtx: { path: 'packages/evtx/src', rooms: [], packages: [] },
  event: { path: 'packages/event/src', rooms: [], packages: [] },
  sigma: { path: 'packages/sigma/src', rooms: [], packages: ['yaml'] },
  postgres: { path: 'packages/postgres/src', rooms: [], packages: ['postgres', 'aws4fetch'] },
  kafka: { path: 'packages/kafka/src', rooms: [], packages: ['@platformatic/kafka'] },
  opensearch: { path: 'packages/opensearch/src', rooms: [], packages: ['@opensearch-project/opensearch'] },
  agent: { path: 'packages/agent/src', rooms: [], packages: ['ws'] },
  'isolation-forest': { path: 'packages/isolation-forest/src', rooms: [], packages: [] },
  'haetae/attack': { path: 'packages/haetae/src/attack', rooms: [], packages: [] },
  'haetae/locale': { path: 'packages/haetae/src/locale', rooms: [], packages: ['string-width'] },
  'haetae/source': {
    path: 'packages/haetae/src/source',
    rooms: ['event', 'evtx', 'haetae/locale'],
    packages: ['@zip.js/zip.js', 'iconv-lite', 'saxes', 'tinyglobby'],
  },
  'haetae/scenario': {
    path: 'packages/haetae/src/scenario',
    rooms: ['event', 'evtx', 'sigma', 'haetae/attack', 'haetae/locale'],
    packages: ['yaml'],
  },
  'haetae/detect': {
    path: 'packages/haetae/src/detect',
    rooms: ['event', 'haetae/attack', 'haetae/locale', 'sigma', 'isolation-forest'],
    packages: [],
  },
  'haetae/sysmon': { path: 'packages/haetae/src/sysmon', rooms: ['event', 'sigma'], packages: ['saxes'] },
  'haetae/rules': {
    path: 'packages/haetae/src/rules',
    rooms: ['event', 'sigma', 'haetae/attack', 'haetae/locale', 'haetae/detect', 'haetae/sysmon'],
    packages: ['@zip.js/zip.js'],
  },
  'haetae/exceptions': {
    path: 'packages/haetae/src/exceptions',
    rooms: ['event', 'sigma', 'haetae/detect'],
    packages: [],
  },
  'haetae/survey': { path: 'packages/haetae/src/survey', rooms: ['event'], packages: [] },
  'haetae/incident': {
    path: 'packages/haetae/src/incident',
    rooms: ['event', 'haetae/attack', 'haetae/locale', 'haetae/detect', 'haetae/survey'],
    packages: [],
  },
  'haetae/agents': {
    path: 'packages/haetae/src/agents',
    rooms: ['event', 'sigma', 'haetae/source', 'haetae/detect'],
    packages: [],
  },
  'haetae/chart': {
    path: 'packages/haetae/src/chart',
    rooms: ['haetae/locale'],
    packages: ['d3-array', 'd3-scale', 'd3-shape', 'd3-time'],
  },
  'haetae/respond': {
    path: 'packages/haetae/src/respond',
    rooms: ['agent', 'haetae/attack', 'haetae/locale', 'haetae/incident'],
    packages: ['yaml'],
  },
  'haetae/report': {
    path: 'packages/haetae/src/report',
    rooms: ['haetae/attack', 'haetae/locale', 'haetae/detect', 'haetae/incident', 'haetae/scenario', 'haetae/chart'],
    packages: ['@myriaddreamin/typst-ts-node-compiler'],
  },
  'haetae/store': {
    path: 'packages/haetae/src/store',
    rooms: ['event', 'haetae/detect', 'haetae/incident', 'postgres', 'kafka'],
    packages: ['@duckdb/node-api', '@duckdb/node-bindings'],
  },
  'haetae/notify': {
    path: 'packages/haetae/src/notify',
    rooms: ['event', 'haetae/attack', 'haetae/locale', 'haetae/incident', 'haetae/store'],
    packages: ['@slack/socket-mode', '@slack/web-api', 'undici', 'yaml'],
  },
  'haetae/sink': {
    path: 'packages/haetae/src/sink',
    rooms: ['event', 'haetae/attack', 'haetae/detect', 'haetae/incident', 'haetae/store', 'opensearch'],
    packages: [],
  },
  'haetae/hunt': {
    path: 'packages/haetae/src/hunt',
    rooms: ['event', 'sigma', 'haetae/detect', 'haetae/exceptions', 'haetae/store'],
    packages: [],
  },
  'haetae/server': {
    path: 'packages/haetae/src/server',
    rooms: [
      'agent',
      'event',
      'haetae/locale',
      'haetae/source',
      'haetae/scenario',
      'haetae/incident',
      'haetae/store',
      'kafka',
    ],
    packages: ['@hono/node-server', '@hono/zod-openapi', '@node-rs/argon2', 'hono', 'openid-client'],
  },
  'haetae/pipeline': {
    path: 'packages/haetae/src/pipeline',
    rooms: [
      'agent',
      'haetae/agents',
      'event',
      'evtx',
      'sigma',
      'haetae/attack',
      'haetae/locale',
      'haetae/source',
      'haetae/scenario',
      'haetae/detect',
      'haetae/rules',
      'haetae/exceptions',
      'haetae/survey',
      'haetae/incident',
      'haetae/report',
      'haetae/respond',
      'haetae/store',
      'haetae/hunt',
      'haetae/notify',
      'haetae/sink',
      'haetae/server',
    ],
    packages: [],
  },
  'haetae/cli': {
    path: 'packages/haetae/src/cli',
    rooms: [
      'agent',
      'event',
      'evtx',
      'sigma',
      'haetae/attack',
      'haetae/locale',
      'haetae/source',
      'haetae/detect',
      'haetae/rules',
      'haetae/exceptions',
      'haetae/survey',
      'haetae/sysmon',
      'haetae/incident',
      'haetae/respond',
      'haetae/report',
      'haetae/notify',
      'haetae/scenario',
      'haetae/pipeline',
    ],
    packages: ['@stricli/core', 'ansis'],
  },
  dashboard: {
    path: 'packages/dashboard/src',
    // Of the rooms below the server only the shapes that its answers hold: types alone.
    rooms: ['haetae/attack', 'haetae/locale', 'haetae/chart', 'haetae/server', 'haetae/incident'],
    packages: ['svelte'],
  },
};

/** What other rooms may import of a published package, and the room it is. */
export const PUBLISHED: Readonly<Record<string, string>> = {
  '@haetae/agent': 'agent',
  '@haetae/postgres': 'postgres',
  '@haetae/kafka': 'kafka',
  '@haetae/opensearch': 'opensearch',
  '@haetae/agent/protocol': 'agent',
  '@haetae/agent/respond': 'agent',
  '@haetae/evtx': 'evtx',
  '@haetae/event': 'event',
  '@haetae/event/shape': 'event',
  '@haetae/isolation-forest': 'isolation-forest',
  '@haetae/isolation-forest/node': 'isolation-forest',
  '@haetae/sigma': 'sigma',
  '@haetae/sigma/windows': 'sigma',
};

/** Rooms that run in a browser too: they may not import Node's own modules, save in `node.ts` and in tests. */
export const BROWSER_ROOMS: readonly string[] = [
  'evtx',
  'event',
  'sigma',
  'isolation-forest',
  'haetae/attack',
  'haetae/locale',
  'haetae/chart',
  'dashboard',
];

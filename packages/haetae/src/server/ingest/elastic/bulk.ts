import { isBlank, looksLikeObject } from '../lines.ts';

/** One item of a `_bulk` body, as its answer needs it. Items of equal actions are one object. */
export interface BulkItem {
  readonly operation: 'create' | 'index' | 'update' | 'delete';
  readonly index: string;
  readonly id: string;
  /** Why it cannot be an event; undefined when it may be. */
  readonly refused: string | undefined;
}

const LF = 10;

/** The items of a body, or why it is none at all. Documents are looked at from outside only: the engine reads them. */
export function bulkItems(bytes: Buffer, pathIndex: string): readonly BulkItem[] | string {
  const items: BulkItem[] = [];
  let pending: BulkItem | undefined;
  let last = '';
  let lastItem: BulkItem | undefined;
  for (let at = 0, line = 1; at < bytes.length; line++) {
    let end = bytes.indexOf(LF, at);
    if (end < 0) end = bytes.length;
    if (!isBlank(bytes, at, end)) {
      if (pending === undefined) {
        const text = bytes.toString('utf8', at, end);
        // Shippers send the same action for every event.
        const action = text === last ? lastItem : readAction(text, pathIndex);
        if (action === undefined) return `Malformed action/metadata line [${line}]`;
        last = text;
        lastItem = action;
        if (action.operation === 'delete') items.push({ ...action, refused: 'events are not deleted' });
        else pending = action;
      } else {
        const good = looksLikeObject(bytes, at, end);
        items.push(good ? pending : { ...pending, refused: 'failed to parse: the document is no JSON object' });
        pending = undefined;
      }
    }
    at = end + 1;
  }
  if (pending !== undefined)
    return 'The bulk request must be terminated by a newline [\\n]: the last document is missing';
  return items.length === 0 ? 'request body is required' : items;
}

function readAction(text: string, pathIndex: string): BulkItem | undefined {
  let action: unknown;
  try {
    action = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof action !== 'object' || action === null) return undefined;
  const [operation] = Object.keys(action);
  if (operation !== 'create' && operation !== 'index' && operation !== 'update' && operation !== 'delete')
    return undefined;
  const about = (action as Record<string, { _index?: unknown; _id?: unknown } | null>)[operation];
  return {
    operation,
    index: typeof about?._index === 'string' ? about._index : pathIndex,
    id: typeof about?._id === 'string' || typeof about?._id === 'number' ? String(about._id) : '',
    refused: undefined,
  };
}

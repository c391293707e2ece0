export { canonicalLine, documentLine, normal, numbered } from './canonical.ts';
export { LINE_LIMIT } from './encoding/index.ts';
export { eventXml } from './event-xml.ts';
export { FORMATS } from './formats/registry.ts';
export { readInstant, utcOfLocal } from './instant.ts';
export {
  type Digest,
  discover,
  type Found,
  type FoundFile,
  LIMITS,
  type Limits,
  type Missed,
  type Opened,
  type OpenOptions,
  openInputs,
} from './intake/index.ts';
export { Ledger, type Notice, type NoticeKind, type Where } from './ledger.ts';
export { AGENT_CHANNEL } from './live/agent/agent.ts';
export { type FrameHead, mayName, type Origin, type PassedFrom, positionOf, readFrameHead } from './live/head.ts';
export { wholeLine } from './live/line.ts';
export type { LiveFormat, LiveItem, LiveOptions } from './live/live.ts';
export { countRecords } from './live/otlp/from-protobuf.ts';
export { ProtobufError } from './live/otlp/protobuf.ts';
export { LIVE_FORMATS, TOPIC_FORMATS } from './live/registry.ts';
export { NOTICES, type NoticeCode } from './notices.ts';
export { type InputReceipt, type Reading, readInput, receiptOf } from './read.ts';
export type { Batch, Encoding, Format, Head, Input, JsonLinesOptions, ReadOptions } from './source.ts';

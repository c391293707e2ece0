export { type SinkPlace, sinkPlaceOf } from './place.ts';
export { noStatus, runSink, type SinkLog, type SinkParts, type SinkStatus } from './sink.ts';
export { openTarget, type Target, type Writing, type Written } from './target.ts';

export { elastic } from './elastic/elastic.ts';
export { hec } from './hec/hec.ts';
export { ndjson } from './ndjson/ndjson.ts';
export { otlp } from './otlp/otlp.ts';

export { agent } from './agent/agent.ts';
export { elastic } from './elastic/elastic.ts';
export { hec, hecRaw } from './hec/hec.ts';
export { ndjson } from './ndjson/ndjson.ts';
export { otlpJson, otlpProtobuf } from './otlp/otlp.ts';
export { syslog } from './syslog/syslog.ts';
export { topicAuto, topicJson, topicOtlpJson, topicOtlpProtobuf, topicSyslog, topicText } from './topic/topic.ts';
export { xml } from './xml/xml.ts';

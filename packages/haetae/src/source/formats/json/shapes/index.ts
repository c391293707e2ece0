export { dump } from './dump.ts';
export { flat } from './flat.ts';
export { nested } from './nested.ts';
export { otel } from './otel.ts';
export { rawXml } from './raw-xml.ts';
export { wazuh } from './wazuh.ts';
export { winlogbeat } from './winlogbeat.ts';

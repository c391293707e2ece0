export { cacheFolder, withCompiledRules } from './rule-cache.ts';
export { readsAhead, scan, threadsFor } from './scan.ts';

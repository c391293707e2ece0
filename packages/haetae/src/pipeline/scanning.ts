export { cacheFolder, withCompiledRules } from './rule-cache.ts';
export { scan, threadsFor } from './scan.ts';

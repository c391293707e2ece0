export { coverageOf, type ElementCoverage, kindsOf, SYSMON_CHANNEL } from './coverage.ts';
export { EXCLUSIONS, PROFILES, type Profile } from './exclusions.ts';
export { isLogged } from './judge.ts';
export { PREVENTING, type SysmonConfig } from './model.ts';
export { printSysmonConfig } from './print.ts';
export { sysmonConfig } from './profile.ts';
export { type Problem, type ReadConfig, readSysmonConfig } from './read.ts';

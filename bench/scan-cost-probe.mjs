/** Preloaded into the process that bench/scan-cost.mjs measures: on its exit, what it cost, as JSON in the file that SCAN_COST names. */
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(process.env.SCAN_COST, JSON.stringify({ cpuUs: userCPUTime + systemCPUTime, peakKb: maxRSS }));
});

#!/usr/bin/env node
// What npm links: dist/ is built after linking on a fresh checkout, so the bin itself must already be here.
import module from 'node:module';
import v8 from 'node:v8';

// V8 11 (Node 20) optimises whatever ran for some milliseconds, and again when that proved wrong: a third of the CPU of scanning a
// folder of logs went into compiling. Smaller pieces inlined into each other compile in less time and run a tenth faster over a large
// file. Workers share what is set here; other versions of V8 weigh it differently.
if (process.versions.v8.startsWith('11.')) {
  v8.setFlagsFromString('--interrupt-budget=300000');
  v8.setFlagsFromString('--max-inlined-bytecode-size-cumulative=300');
}

// From Node 22.1 on, compiled code is kept between runs: a start costs a third less.
module.enableCompileCache?.();
await import('../dist/bundle/main.js');

#!/usr/bin/env node
// The one line that npm links: dist/ is built after linking on a fresh checkout, so the bin itself must already be here.
import '../dist/cli/main.js';

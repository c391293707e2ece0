#!/usr/bin/env node
import '../dist/bundle/haetae-agent.js';

#!/usr/bin/env node
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli/main.js', import.meta.url);

if (existsSync(program)) {
  await import(program.href);
} else {
  console.error('mien: it is not built yet.\nRun "npm run build" in its folder first; "npm start" there does both.');
  process.exitCode = 1;
}

// Reads {traces, runs} as JSON from standard input, and writes the rows of each run. Started by bench/_player.py.
import { readFileSync, writeSync } from 'node:fs';
import { rowsOf } from './scenarios.ts';

const { traces, runs } = JSON.parse(readFileSync(0, 'utf8'));
const text = JSON.stringify(runs.map((run) => rowsOf(traces, run)));
for (let at = 0; at < text.length; ) {
  at += writeSync(1, text.slice(at, at + 1_000_000));
}

import { expect, test } from 'vitest';
import { diagnose, judge } from '../../src/doctor/diagnose.js';
import type { Facts } from '../../src/doctor/facts.js';
import { reportLines } from '../../src/doctor/report.js';
import { bare, change, healthy } from './healthy-facts.js';

function reportOf(facts: Facts, paint = (_style: string, text: string) => text): string {
  return reportLines(facts, diagnose(facts), judge(facts), paint).join('\n');
}

test('a sound machine: a line each, and where pictures can go', () => {
  const report = reportOf(healthy);
  expect(report).toContain('\nok       v4l2loopback 0.15.0: /dev/video10 "mien"\n');
  expect(report).toMatch(
    /mien can run: pictures from \/dev\/video0 and demo, out to \/dev\/video10, PipeWire and preview page\.$/,
  );
});

test('problems come after what is well, the worst last, each with its commands', () => {
  const report = reportOf(bare);
  const order = ['ok       Node.js', 'warning  PipeWire is not running', 'error    The kernel module'];
  const places = order.map((text) => report.indexOf(text));
  expect(places).not.toContain(-1);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
  expect(report).toContain('\n           sudo modprobe v4l2loopback ');
  expect(report).toMatch(/No other program will see it as a camera yet\.$/);
});

test('a machine that mien cannot run on says so', () => {
  expect(reportOf(change(healthy, { runtime: { onnx: null } }))).toMatch(/mien cannot run on this machine as it is/);
});

test('only what is painted differs with colours', () => {
  const painted = reportOf(bare, (style, text) => `<${style}>${text}</${style}>`);
  expect(painted).toContain('<error>error  </error>');
  expect(painted.replace(/<\/?\w+>/g, '')).toBe(reportOf(bare));
});

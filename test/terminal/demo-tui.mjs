// A test fixture, not a program: shows the compiled terminal UI with made-up, moving figures, for the tests beside it.
//   node test/terminal/demo-tui.mjs [LOG] [MODE]
// LOG receives each command as a line of JSON. MODE: `late` (the effect breaks its budget), `starting` (no figures yet),
// `graceful` (its own SIGTERM handler, as the command line has), `scribble` (somebody else writes over the screen once).
// `exit` (ends itself after a second with code 3). SIGUSR2 throws an error that nobody catches.
import { appendFileSync } from 'node:fs';
import { TerminalUi } from '../../dist/tui/terminal.js';

const [log = '', mode = ''] = process.argv.slice(2);
const FRAME_MS = 1000 / 30;

let settings = { effect: 'touch-up', avatar: '', strength: 60, mirror: false, split: false, paused: false };
let ticks = 0;

const ui = new TerminalUi({
  input: process.stdin,
  output: process.stdout,
  onCommand(command) {
    if (log) appendFileSync(log, `${JSON.stringify(command)}\n`);
    if (command.kind === 'set') settings = { ...settings, ...command.patch };
    if (command.kind === 'record') ui.setRecording(command.on ? '/home/ada/Videos/mien-demo.mp4' : null);
    if (command.kind === 'quit') {
      clearInterval(timer);
      ui.close();
    }
  },
});

ui.open();
ui.starting('loading the face models');
const timer = setInterval(() => mode !== 'starting' && ui.update(snapshot(ticks++)), 200);
process.on('SIGUSR2', () => {
  throw new Error('made-up failure');
});
if (mode === 'exit') setTimeout(() => process.exit(3), 1000);
if (mode === 'graceful') {
  process.on('SIGTERM', () => {
    clearInterval(timer);
    ui.close();
    console.log('stopped in good order');
  });
}
if (mode !== 'starting') {
  ui.setPageAddress('http://127.0.0.1:41873/?token=f3b1c0a7d29e4c55');
  ui.message('info', 'preview page ready');
  ui.message('warning', 'the source delivers 29.1 frames a second where 30 were asked for');
}
if (mode === 'scribble') setTimeout(() => process.stdout.write('\x1b[24;60HSCRIBBLE'), 500);

function snapshot(tick) {
  const wave = 1 + 0.25 * Math.sin(tick / 9) + 0.05 * Math.sin(tick * 2.3);
  const row = (name, p50, budget) => ({ name, p50: p50 * wave, p95: p50 * wave * 1.4, p99: p50 * wave * 1.9, budget });
  const effect = settings.effect === 'none' ? 0.02 : mode === 'late' ? 28 : 1.5 + settings.strength * 0.02;
  const stages = [
    row('wait', 0.6, 4),
    row('track', 2.1, 4),
    row('touch-up', effect, 6),
    row('blend', 0.5, 1.5),
    row('write', 1.3, 3),
  ];
  const sum = (key) => stages.reduce((total, stage) => total + stage[key], 0);
  const total = { name: 'total', p50: sum('p50'), p95: sum('p95'), p99: sum('p99'), budget: FRAME_MS };
  return {
    source: { name: 'cap13_edit2.mp4', width: 1280, height: 720, fps: 30, status: { kind: 'live' } },
    fpsIn: 29.97,
    fpsOut: mode === 'late' ? 22.4 : 29.9,
    frames: { captured: 6 * tick + 3, written: 6 * tick, dropped: 3 },
    total,
    stages,
    brokenBy: total.p95 > FRAME_MS ? 'touch-up' : null,
    face:
      tick % 100 < 90 ? { kind: 'tracked', presence: 0.98, widthPx: 310 + 8 * Math.sin(tick / 7) } : { kind: 'none' },
    settings,
    sinks: [
      { kind: 'preview', name: 'page', written: 6 * tick, dropped: 0, watchers: 1 },
      { kind: 'counting', name: 'count', written: 6 * tick, dropped: 0, watchers: null },
    ],
    cpuPercent: 84 + 6 * wave,
    rssMb: 214,
    uptimeS: tick / 5,
  };
}

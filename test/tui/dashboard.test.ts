import { describe, expect, test } from 'vitest';
import type { AvatarStatus } from '../../src/telemetry/telemetry.js';
import { renderDashboard, type ScreenSize } from '../../src/tui/dashboard.js';
import type { DashboardState } from '../../src/tui/dashboard-state.js';
import { ASCII_GLYPHS, CONSOLE_GLYPHS, type Glyphs, UNICODE_GLYPHS } from '../../src/tui/glyphs.js';
import { lineWidth, plainText } from '../../src/tui/styled-line.js';
import { makeLateTelemetry, makeState, makeTelemetry, stage } from './made-up-state.js';

const screen = (state: DashboardState, columns: number, rows: number, glyphs: Glyphs = UNICODE_GLYPHS): string =>
  renderDashboard(state, { columns, rows }, glyphs)
    .map((line) => plainText(line).trimEnd())
    .join('\n');

describe('what is on the screen', () => {
  test('80x24 shows every fact', () => {
    expect(screen(makeState(), 80, 24)).toMatchInlineSnapshot(`
      " mien  live                                                 ● rec 0:12  up 2:05
       cap13_edit2.mp4 1280×720 at 30       in 30.0  out 29.9 fps  dropped 12 (0.3 %)

       latency, ms over the last 10 s                    p50   p95   p99 budget
       wait     ━━━━───     ┤              ┊             0.3   0.5   0.9    2.0  ok
       track    ━━━━━━━━━━━━━━━━────────   ┊      ┤      2.4   3.5   5.0    4.0  near
       touch-up ━━━━━━━━━────     ┤        ┊             2.0   2.8   4.1    6.0  ok
       blend    ━───   ┤                   ┊            <0.1   0.2   0.4    1.5  ok
       write    ━━━━━━━━━━━━━────      ┤   ┊             1.4   1.9   2.6    3.0  ok
       total    ━━━━━──    ┤               ┊             6.2   9.0  14.1   33.3  ok
       In time: 24.3 ms of 33.3 ms to spare at p95.

       effect     touch-up  ━━━━━━━━━━━━━━━━━━━━━━━●────────────────   60
       face       tracked, 98 % sure, 312 px wide
       picture    mirror on    split off   pause off
       load       CPU 85 % of a core  ·  memory 214 MB
       written    page 3440, too slow for 2  ·  recording 342
       recording  /home/ada/Videos/talk.mp4
       page       http://127.0.0.1:41873/?token=f3b1c0a7d29e4c55


       12:03:44  preview page ready
       12:03:49  warning: the face was lost for 2 s
       e effect  a avatar  ←→ strength  m mirror  p pause  r record  ? help  q quit"
    `);
  });

  test('60x15 drops the parts that matter least', () => {
    expect(screen(makeState(), 60, 15)).toMatchInlineSnapshot(`
      " mien  live                             ● rec 0:12  up 2:05
       cap13_edit2.mp4 1280×720 at 30
       in 30.0  out 29.9 fps  dropped 12 (0.3 %)
       latency, ms                   p50   p95   p99 budget
       wait     ━━─  ┤      ┊        0.3   0.5   0.9    2.0  ok
       track    ━━━━━━━──── ┊  ┤     2.4   3.5   5.0    4.0  near
       touch-up ━━━━──  ┤   ┊        2.0   2.8   4.1    6.0  ok
       blend    ━─ ┤        ┊       <0.1   0.2   0.4    1.5  ok
       write    ━━━━━━──  ┤ ┊        1.4   1.9   2.6    3.0  ok
       total    ━━─  ┤      ┊        6.2   9.0  14.1   33.3  ok
       In time: 24.3 ms of 33.3 ms to spare at p95.
       effect     touch-up  ━━━━━━━━━━━●────────   60
       face       tracked, 98 % sure, 312 px wide
       12:03:49  warning: the face was lost for 2 s
       e effect  a avatar  ←→ strength  p pause  ? help  q quit"
    `);
  });

  test('20x3 keeps lateness, rate and the way out', () => {
    expect(screen(makeState(), 20, 3)).toMatchInlineSnapshot(`
      "● rec 0:12  live
      9.0/33.3 ms 30 fps
       ? help  q quit"
    `);
  });

  test('20x3 of a late frame names the culprit', () => {
    expect(screen(makeState({ telemetry: makeLateTelemetry() }), 20, 3)).toMatchInlineSnapshot(`
      "● rec 0:12  live
      44.8/33.3 ms 22 fps
      late: touch-up"
    `);
  });

  test('120x40 adds the history', () => {
    expect(screen(makeState(), 120, 40)).toMatchInlineSnapshot(`
      " mien  live                                                                                         ● rec 0:12  up 2:05
       cap13_edit2.mp4 1280×720 at 30                                               in 30.0  out 29.9 fps  dropped 12 (0.3 %)

       latency, ms over the last 10 s                                                            p50   p95   p99 budget
       wait     ━━━━━━━━━─────            ┤                              ┊                       0.3   0.5   0.9    2.0  ok
       track    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━────────────────       ┊             ┤         2.4   3.5   5.0    4.0  near
       touch-up ━━━━━━━━━━━━━━━━━━━────────            ┤                 ┊                       2.0   2.8   4.1    6.0  ok
       blend    ━━──────       ┤                                         ┊                      <0.1   0.2   0.4    1.5  ok
       write    ━━━━━━━━━━━━━━━━━━━━━━━━━━━─────────             ┤       ┊                       1.4   1.9   2.6    3.0  ok
       total    ━━━━━━━━━━━────         ┤                                ┊                       6.2   9.0  14.1   33.3  ok
       In time: 24.3 ms of 33.3 ms to spare at p95.

       effect     touch-up  ━━━━━━━━━━━━━━━━━━━━━━━━●────────────────   60
       face       tracked, 98 % sure, 312 px wide
       picture    mirror on    split off   pause off
       load       CPU 85 % of a core  ·  memory 214 MB
       written    page 3440, too slow for 2  ·  recording 342
       recording  /home/ada/Videos/talk.mp4
       page       http://127.0.0.1:41873/?token=f3b1c0a7d29e4c55

       end to end, p95, the last 110 s
         50.0



         33.3 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────






                                                                   ▂▃▄▄▅▅▅▄▃▂▁                    ▁▂▃▄▅▅▅▄▄▃▂▁
                                                                ▆▇█████████████▇▅▄▂▁        ▁▂▄▅▆█████████████▇▆▄▃▂▁       ▁
                                                                █████████████████████▇▇▆▆▇▇██████████████████████████▇▇▆▇▇██
          0.0                                                   ████████████████████████████████████████████████████████████

       12:03:44  preview page ready
       12:03:49  warning: the face was lost for 2 s
       e effect  a avatar  ←→ strength  b split  m mirror  p pause  r record  ? help  q quit"
    `);
  });

  test('a late frame: the culprit is named in its row and in words', () => {
    expect(screen(makeState({ telemetry: makeLateTelemetry() }), 80, 24, ASCII_GLYPHS)).toMatchInlineSnapshot(`
      " mien  live                                                 * rec 0:12  up 2:05
       cap13_edit2.mp4 1280x720 at 30       in 30.0  out 22.4 fps  dropped 12 (0.3 %)

       latency, ms over the last 10 s                    p50   p95   p99 budget
       wait     ====---     |              :             0.3   0.5   0.9    2.0  ok
       track    ================--------   :      |      2.4   3.5   5.0    4.0  near
       touch-up ===========================+========>   28.0  38.6  52.0    6.0  OVER
       blend    =---   |                   :            <0.1   0.2   0.4    1.5  ok
       write    =============----      |   :             1.4   1.9   2.6    3.0  ok
       total    ==========================-+-------->   32.0  44.8  60.0   33.3  OVER
       Late because of touch-up: 38.6 ms, budget 6.0 ms; frames take 44.8 of 33.3 ms.

       effect     touch-up  =======================O----------------   60
       face       tracked, 98 % sure, 312 px wide
       picture    mirror on    split off   pause off
       load       CPU 85 % of a core  -  memory 214 MB
       written    page 3440, too slow for 2  -  recording 342
       recording  /home/ada/Videos/talk.mp4
       page       http://127.0.0.1:41873/?token=f3b1c0a7d29e4c55


       12:03:44  preview page ready
       12:03:49  warning: the face was lost for 2 s
       e effect  a avatar  <> strength  m mirror  p pause  r record  ? help  q quit"
    `);
  });

  test('help teaches the keys and how to read the bars', () => {
    expect(screen(makeState({ isHelpOpen: true }), 80, 24)).toMatchInlineSnapshot(`
      " mien  live                                                 ● rec 0:12  up 2:05

       e                touch-up on or off
       a                wear an avatar; again: the next one
       A                take the avatar off
       i                it is me: the tracked face is yours, whoever else is seen
       ←→  [ ]  - +     strength by 5; with shift, or { }, by 1
       b                before and after side by side, in the preview only
       m                mirror: flip the picture left to right
       p                pause: the others see a card in place of you
       r                record to a file, and stop
       ? Esc            this help, and back
       q Ctrl-C         quit; the recording is finished and stays playable

       reading the bars
       ━━━━━━━━─────   ┤    ┊
       ━ half of the frames (p50)   ─ 95 of 100   ┤ 99 of 100   ┊ the budget
       The budget of the total is one frame interval; the stages add up to the total.
       ok, near (above 80 %), OVER: how p95 stands against the budget, as the colour.
       Dropped: a newer picture replaced it. Lateness costs pictures, never delay.

       preview page, on this machine only
       page       http://127.0.0.1:41873/?token=f3b1c0a7d29e4c55
       ? Esc back"
    `);
  });

  test('an avatar in place of the strength: worn, withheld with the reason, refused with all of it', () => {
    const settings = { ...makeTelemetry().settings, effect: 'avatar' } as const;
    const shown = (avatar: AvatarStatus) =>
      screen(makeState({ telemetry: makeTelemetry({ settings, avatar }) }), 80, 40)
        .split('\n')
        .filter((line) => /avatar|face is seen|consent/.test(line))
        .join('\n');
    const chosen = { kind: 'chosen', name: 'Mona Lisa', until: '2027-03-01T00:00:00.000Z' } as const;
    const reason = 'The avatar ada may not be worn: the consent ended on 2026-11-01 12:00 UTC.';
    expect(
      [
        shown({ ...chosen, wear: { kind: 'worn' } }),
        shown({
          ...chosen,
          wear: { kind: 'withheld', shows: 'card', reason: 'other faces', words: 'more than one face is seen' },
        }),
        shown({ kind: 'refused', name: 'ada', reason }),
      ].join('\n\n'),
    ).toMatchInlineSnapshot(`
      " avatar     Mona Lisa  worn  consent until 2027-03-01

       avatar     Mona Lisa  a card is shown  consent until 2027-03-01
                  more than one face is seen  press i if it is you

       avatar     not worn: a card is shown
                  The avatar ada may not be worn: the consent ended on 2026-11-01"
    `);
  });

  test('before the first figures it says what it is doing', () => {
    const state = makeState({ telemetry: null, phase: { kind: 'starting', doing: 'loading the face models' } });
    expect(screen(state, 60, 12)).toMatchInlineSnapshot(`
      " mien  starting                                 ● rec 0:12

       loading the face models

       page       http://127.0.0.1:41873/?token=f3b1c0a7d29e4c55




       12:03:44  preview page ready
       12:03:49  warning: the face was lost for 2 s
       e effect  a avatar  ←→ strength  p pause  ? help  q quit"
    `);
  });

  const facts = {
    source: 'cap13_edit2.mp4',
    size: '1280×720',
    'frames in': '30.0',
    'frames out': '29.9',
    drops: '12 (0.3 %)',
    stages: /wait.*\n.*track.*\n.*touch-up.*\n.*blend.*\n.*write/,
    'end to end': /total .* 6\.2 {3}9\.0 {2}14\.1 +33\.3 {2}ok/,
    face: 'tracked, 98 % sure, 312 px wide',
    cpu: 'CPU 85 %',
    memory: '214 MB',
    effect: /touch-up {2}━+●─+ +60/,
    switches: 'mirror on    split off   pause off',
    recording: /rec 0:12[\s\S]*talk\.mp4/,
    page: 'http://127.0.0.1:41873/?token=f3b1c0a7d29e4c55',
    keys: /e effect .* a avatar .* m mirror .* p pause .* r record .* \? help .* q quit/,
    message: '12:03:49  warning: the face was lost for 2 s',
  };
  test.each([
    [80, 24],
    [120, 40],
    [200, 60],
  ])('%ix%i leaves out none of the facts', (columns, rows) => {
    const text = screen(makeState(), columns, rows);
    for (const [name, fact] of Object.entries(facts)) expect(text, name).toMatch(fact);
  });
});

describe('the fit', () => {
  const sizes: ScreenSize[] = [];
  for (let columns = 1; columns <= 130; columns += 3) {
    for (const rows of [1, 2, 3, 4, 5, 6, 8, 11, 15, 20, 24, 30, 40, 70]) sizes.push({ columns, rows });
  }
  const states: Record<string, DashboardState> = {
    healthy: makeState(),
    late: makeState({ telemetry: makeLateTelemetry() }),
    starting: makeState({ telemetry: null, phase: { kind: 'starting', doing: 'loading' } }),
    help: makeState({ isHelpOpen: true }),
    wide: makeState({
      telemetry: makeTelemetry({
        source: {
          name: '会議の録画👩🏽‍💻 カメラ'.repeat(6),
          width: 1920,
          height: 1080,
          fps: 60,
          status: { kind: 'live' },
        },
      }),
      messages: [{ severity: 'error', text: '録画を保存できません。'.repeat(20), time: new Date(0) }],
      recording: { path: `/home/ada/${'とても長い名前'.repeat(9)}.mp4`, seconds: 4000 },
      pageUrl: `http://127.0.0.1:41873/?token=${'0123456789abcdef'.repeat(8)}`,
    }),
    unmeasured: makeState({
      telemetry: makeTelemetry({
        fpsIn: Number.NaN,
        fpsOut: Number.NaN,
        total: stage('total', Number.NaN, Number.NaN, Number.NaN, Number.NaN),
        stages: [stage('wait', Number.NaN, Number.NaN, Number.NaN, 2)],
        cpuPercent: Number.NaN,
      }),
    }),
    'no stages, no sinks': makeState({
      telemetry: makeTelemetry({ stages: [], sinks: [] }),
      messages: [],
      history: [],
    }),
    huge: makeState({ telemetry: makeTelemetry({ total: stage('total', 1e9, 1e9, 1e9, 33), fpsIn: 1e7, rssMb: 1e9 }) }),
  };
  for (const [name, state] of Object.entries(states)) {
    test(`${name}: at ${sizes.length} sizes every line is exactly as wide as the screen`, () => {
      for (const glyphs of [UNICODE_GLYPHS, CONSOLE_GLYPHS, ASCII_GLYPHS]) {
        for (const size of sizes) {
          const lines = renderDashboard(state, size, glyphs);
          expect(lines.length, `rows at ${size.columns}x${size.rows}`).toBe(size.rows);
          for (const line of lines)
            expect(lineWidth(line), `${size.columns}x${size.rows} "${plainText(line)}"`).toBe(size.columns);
        }
      }
    });
  }

  test('a terminal that is not UTF-8 gets ASCII only, names included', () => {
    for (const state of Object.values(states)) {
      for (const size of sizes) expect(screen(state, size.columns, size.rows, ASCII_GLYPHS)).toMatch(/^[ -~\n]*$/);
    }
  });

  test('escape sequences in names and messages do not reach the terminal', () => {
    const evil = '\x1b]0;owned\x07\x9b31m\u202e';
    const state = makeState({
      telemetry: makeTelemetry({ source: { name: evil, width: 1, height: 1, fps: 1, status: { kind: 'live' } } }),
      messages: [{ severity: 'info', text: evil, time: new Date(0) }],
      pageUrl: evil,
    });
    expect(screen(state, 80, 24).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  test('a preview address too long for the screen is wrapped, never cut', () => {
    const pageUrl = `http://127.0.0.1:41873/?token=${'0123456789abcdef'.repeat(4)}`;
    expect(screen(makeState({ pageUrl }), 80, 24).replaceAll('\n', '')).toContain(pageUrl);
    expect(screen(makeState({ pageUrl, isHelpOpen: true }), 60, 24).replaceAll('\n', '')).toContain(pageUrl);
  });
});

describe('the states', () => {
  const header = (changes: Partial<DashboardState>): string => screen(makeState(changes), 80, 24).split('\n')[0]!;

  test('header says live, paused, stalled, starting, stopping', () => {
    const paused = makeTelemetry({ settings: { ...makeTelemetry().settings, paused: true } });
    expect(header({})).toMatch(/^ mien {2}live /);
    expect(header({ telemetry: paused })).toMatch(/^ mien {2}paused: a card is shown /);
    expect(header({ silentS: 3.4 })).toMatch(/^ mien {2}no news for 3 s /);
    expect(header({ telemetry: null })).toMatch(/^ mien {2}starting /);
    expect(header({ phase: { kind: 'stopping' } })).toMatch(/^ mien {2}stopping /);
  });

  test('nothing measured yet shows as –, never as NaN', () => {
    const none = Number.NaN;
    const telemetry = makeTelemetry({ fpsIn: none, total: stage('total', none, none, none, 33.3), cpuPercent: none });
    const text = screen(makeState({ telemetry, history: [none] }), 120, 40);
    expect(text).not.toContain('NaN');
    expect(text).toMatch(/total .* – {5}– {5}– {3}33\.3/);
    expect(text).toContain('Measuring');
  });

  test('no face in view says so', () => {
    const text = screen(makeState({ telemetry: makeTelemetry({ face: { kind: 'none' } }) }), 80, 24);
    expect(text).toContain('face       none in view');
  });

  test('the slider goes from end to end', () => {
    const slider = (strength: number): string => {
      const telemetry = makeTelemetry({ settings: { ...makeTelemetry().settings, strength } });
      return /touch-up {2}([━─●]+)/.exec(screen(makeState({ telemetry }), 80, 24))![1]!;
    };
    expect(slider(0)).toMatch(/^●─+$/);
    expect(slider(100)).toMatch(/^━+●$/);
    expect(slider(50).indexOf('●')).toBe((slider(50).length - 1) / 2 + (slider(50).length % 2 === 0 ? 0.5 : 0));
  });

  test('a fresh message goes before the face on a low screen, an old one does not', () => {
    const at = (seconds: number): string =>
      screen(makeState({ now: new Date(2026, 0, 5, 12, 3, 49 + seconds), recording: null, pageUrl: null }), 80, 13);
    expect(at(1)).toContain('the face was lost');
    expect(at(60)).not.toContain('the face was lost');
  });
});

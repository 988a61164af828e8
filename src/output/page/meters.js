// Numbers and bars: where every millisecond goes, and how mien is doing.

const $ = (id) => document.getElementById(id);
/** A bar ends at this many times its budget; the mark of the budget stands inside it. */
const barBudgets = 1.25;

/** Shows one report of the running mien. A number that was not measured yet is null. */
export function showTelemetry(telemetry) {
  const { source, face, frames } = telemetry;
  $('source').textContent = `${source.name} · ${source.width} × ${source.height}`;
  $('fps-in').textContent = `${digits(telemetry.fpsIn, 1)} fps`;
  $('fps-out').textContent = `${digits(telemetry.fpsOut, 1)} fps`;
  $('dropped').textContent = frames.dropped.toLocaleString('en');
  $('face').textContent = describeFace(face);
  $('cpu').textContent = `${digits(telemetry.cpuPercent, 0)} %`;
  $('memory').textContent = `${digits(telemetry.rssMb, 0)} MB`;
  $('uptime').textContent = duration(telemetry.uptimeS);
  showTotal(telemetry);
  showStages(telemetry);
  showOutputs(telemetry.sinks);
}

/** Shows how this page itself fares. */
export function showPageRate({ fps, ageMs }) {
  $('page-rate').textContent = ageMs === null ? '–' : `${fps} fps, ${digits(ageMs, 0)} ms old`;
}

function showTotal({ total, stages, brokenBy }) {
  $('total').textContent = `${digits(total.p50, 1)} ms`;
  $('total-budget').textContent = `of ${digits(total.budget, 1)} ms a frame`;
  const segments = keep($('stack'), stages.length, () => document.createElement('i'));
  for (const [index, stage] of stages.entries()) {
    segments[index].style.setProperty('--width', `${part(stage.p50, total.budget, 1)}%`);
    segments[index].title = stage.name;
  }
  const verdict = $('verdict');
  const isOver = total.p95 > total.budget;
  const because = brokenBy === null ? 'longer than one frame' : `“${brokenBy}” takes too long`;
  verdict.dataset.state = isOver ? 'bad' : 'good';
  verdict.textContent =
    total.p50 === null
      ? 'Nothing measured yet.'
      : `p95 ${digits(total.p95, 1)} ms, p99 ${digits(total.p99, 1)} ms: ${isOver ? because : 'within one frame'}`;
}

function showStages({ stages }) {
  const rows = keep($('stages'), stages.length, makeStageRow);
  for (const [index, stage] of stages.entries()) {
    const row = rows[index];
    const [name, , p50, p95, budget] = row.cells;
    const bar = row.querySelector('.meter');
    name.textContent = stage.name;
    p50.textContent = digits(stage.p50, 1);
    p95.textContent = digits(stage.p95, 1);
    budget.textContent = digits(stage.budget, 1);
    bar.style.setProperty('--p50', `${part(stage.p50, stage.budget, barBudgets)}%`);
    bar.style.setProperty('--p95', `${part(stage.p95, stage.budget, barBudgets)}%`);
    row.dataset.state = stage.p95 > stage.budget ? 'over' : 'within';
  }
}

function makeStageRow() {
  const row = document.createElement('tr');
  row.innerHTML = '<th scope="row"></th><td><div class="meter"></div></td><td></td><td></td><td></td>';
  return row;
}

function showOutputs(sinks) {
  $('outputs-panel').hidden = sinks.length === 0;
  const items = keep($('outputs'), sinks.length, () => {
    const item = document.createElement('li');
    item.append(document.createElement('span'), document.createElement('small'));
    return item;
  });
  for (const [index, sink] of sinks.entries()) {
    const [name, counts] = items[index].children;
    name.textContent = sink.name;
    const dropped = sink.dropped > 0 ? `, ${sink.dropped.toLocaleString('en')} dropped` : '';
    counts.textContent = `${sink.written.toLocaleString('en')} frames${dropped}`;
  }
}

/** Makes the parent have as many children as asked, keeping those that are there. */
function keep(parent, count, make) {
  while (parent.children.length > count) parent.lastElementChild.remove();
  while (parent.children.length < count) parent.append(make());
  return parent.children;
}

/** A share in percent of `times` wholes, 0 to 100. */
function part(value, whole, times) {
  return value === null || !(whole > 0) ? 0 : Math.min(100, (100 * value) / (whole * times));
}

function digits(value, count) {
  return value === null || !Number.isFinite(value) ? '–' : value.toFixed(count);
}

function duration(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value) => String(value).padStart(2, '0');
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}`;
}

function describeFace(face) {
  if (face.kind === 'tracked') return `Tracked, ${digits(face.widthPx, 0)} px`;
  return face.kind === 'off' ? 'Not looked for' : 'None';
}

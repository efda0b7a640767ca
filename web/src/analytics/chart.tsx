import 'uplot/dist/uPlot.min.css';
import { useComputed, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { language, t } from '../i18n.ts';
import { theme } from '../prefs.ts';

export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** What the values are, as a word. */
  readonly name: string;
  /** Values are dates in Unix seconds. */
  readonly dates: boolean;
  readonly bars: boolean;
  readonly shown: (value: number) => string;
  readonly across: (value: number) => string;
}

const HEIGHT = 240;

/** A curve for the eye, and the same numbers as a table for everybody else. */
export function Chart({ curve, title, head }: { curve: Curve; title: string; head: readonly [string, string] }) {
  const canvas = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const dark = useComputed(() => `${theme.value} ${matchMedia('(prefers-color-scheme: dark)').matches}`);
  useEffect(() => {
    const place = canvas.current;
    const observer = new ResizeObserver(([entry]) => { width.value = Math.floor(entry?.contentRect.width ?? 0); });
    if (place) {
      observer.observe(place);
    }
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const place = canvas.current;
    if (!place || width.value === 0) {
      return undefined;
    }
    const made = new uPlot(options(curve, width.value, place), [[...curve.x], [...curve.y]] as uPlot.AlignedData, place);
    return () => made.destroy();
  }, [curve, width.value, dark.value, language.value]);
  return (
    <figure class="card chart" aria-label={title}>
      <h2>{title}</h2>
      <div ref={canvas} class="canvas" dir="ltr" aria-hidden="true" />
      <Table summary={t('analytics.table', { title })} head={head}>
        {curve.x.map((x, at) => {
          const y = curve.y[at];
          return <tr key={x}><th scope="row">{curve.across(x)}</th><td>{y === null || y === undefined ? '–' : curve.shown(y)}</td></tr>;
        })}
      </Table>
    </figure>
  );
}

export function Table({ summary, head, children }: { summary: string; head: readonly string[]; children: ComponentChildren }) {
  return (
    <details>
      <summary>{summary}</summary>
      <div class="scrolls" tabIndex={0} role="region" aria-label={summary}>
        <table>
          <thead><tr>{head.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </details>
  );
}

function options(curve: Curve, width: number, place: HTMLElement): uPlot.Options {
  const colour = (name: string) => getComputedStyle(place).getPropertyValue(name).trim();
  const axis = { stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui' };
  const paths = curve.bars ? uPlot.paths.bars?.({ size: [0.7, 40] }) : uPlot.paths.linear?.();
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [
      { ...axis, values: (_, splits) => splits.map(curve.across), ...(curve.dates ? { incrs: [1, 2, 5, 10, 20, 40].map((days) => days * 86_400), space: 56 } : {}) },
      { ...axis, size: 56, values: (_, splits) => splits.map(curve.shown) },
    ],
    series: [{}, { label: curve.name, stroke: colour('--accent'), fill: `${colour('--accent')}33`, width: 2, points: { show: !curve.bars && curve.x.length < 40 }, ...(paths ? { paths } : {}) }],
  };
}

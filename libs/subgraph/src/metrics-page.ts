/** Figures that are counted by a name that is data: the name is a label, not a part of the metric's. */
const labels: Readonly<Record<string, string>> = { handled: 'reaction', unknownTypes: 'type' };

/**
 * Figures in the text format of Prometheus: `outboxLagSeconds` is `zhijia_outbox_lag_seconds`, nested ones are joined,
 * booleans are 0 or 1, and what is no number is left out.
 */
export function metricsPage(figures: object): string {
  return seriesIn(figures, 'zhijia')
    .map(({ name, lines }) => `# TYPE ${name} gauge\n${lines.map((line) => `${line}\n`).join('')}`)
    .join('');
}

interface Series {
  readonly name: string;
  readonly lines: readonly string[];
}

function seriesIn(figures: object, prefix: string): Series[] {
  return Object.entries(figures).flatMap(([key, value]: [string, unknown]): Series[] => {
    const name = `${prefix}_${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
    const number = typeof value === 'boolean' ? Number(value) : value;
    if (typeof number === 'number') return [{ name, lines: [`${name} ${number}`] }];
    if (typeof value !== 'object' || value === null) return [];
    const label = labels[key];
    return label === undefined ? seriesIn(value, name) : labelledSeries(value, name, label);
  });
}

function labelledSeries(counts: object, name: string, label: string): Series[] {
  const lines = Object.entries(counts).map(([text, count]) => `${name}{${label}="${escaped(text)}"} ${String(count)}`);
  return lines.length === 0 ? [] : [{ name, lines }];
}

/** An event's type comes from whoever reached the broker: it must not end the label, or the line. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { repository } from './county.js';

export interface Alarm {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

const folder = join(repository, 'deploy', 'prometheus');

export function readAlarms(): Alarm[] {
  const file = parse(readFileSync(join(folder, 'alerts.yml'), 'utf8')) as { groups: { rules: Alarm[] }[] };
  return file.groups.flatMap(({ rules }) => rules);
}

export interface ScrapeConfig {
  rule_files: string[];
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
}

export function readScrapeConfig(): ScrapeConfig {
  return parse(readFileSync(join(folder, 'prometheus.yml'), 'utf8')) as ScrapeConfig;
}

/** Where the grammar of Prometheus does not understand an expression. */
export function misreadIn(expression: string): string[] {
  const misread: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) misread.push(`${from}: ${expression.slice(from, to) || '(something is missing)'}`);
    },
  });
  return misread;
}

/** The metrics that an expression asks for, each with the labels it looks at there. */
export function metricsIn(expression: string): { metric: string; labels: string[] }[] {
  const found: { metric: string; labels: string[] }[] = [];
  parser.parse(expression).iterate({
    enter: ({ name, node }) => {
      if (name !== 'VectorSelector') return;
      const identifier = node.getChild('Identifier');
      const labels: string[] = [];
      node.cursor().iterate((child) => {
        if (child.name === 'LabelName') labels.push(expression.slice(child.from, child.to));
      });
      if (identifier !== null) found.push({ metric: expression.slice(identifier.from, identifier.to), labels });
    },
  });
  return found;
}

/** Names of the series on a metrics page: a histogram has three under its own name. */
export function seriesOn(page: string): string[] {
  return [...page.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
  );
}

export function readRunbooks(): { file: string; text: string }[] {
  const runbooks = join(repository, 'deploy', 'runbooks');
  return readdirSync(runbooks)
    .filter((name) => name !== 'README.md')
    .map((name) => ({ file: `deploy/runbooks/${name}`, text: readFileSync(join(runbooks, name), 'utf8') }));
}

/** `npm run <script>` and links that lead nowhere. */
export function deadEndsIn(text: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const commands = [...text.matchAll(/npm run (?:--silent )?([\w-]+)/g)].flatMap(([command, script = '']) =>
    script in scripts ? [] : [command],
  );
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].flatMap(([, target = '']) =>
    target.includes('://') || existsSync(join(repository, 'deploy', 'runbooks', target)) ? [] : [target],
  );
  return [...commands, ...links];
}

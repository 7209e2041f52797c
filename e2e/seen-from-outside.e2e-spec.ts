import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@zhijia/testing';
import {
  deadEndsIn,
  metricsIn,
  misreadIn,
  readAlarms,
  readRunbooks,
  readScrapeConfig,
  seriesOn,
} from './support/alarms.js';
import { countyMembers, importCounty, personalNumbersOf, phoneOf, repository } from './support/county.js';
import { startOtlpCollector, type CollectedSpan, type OtlpCollector } from './support/otlp-collector.js';
import { openProduct, type Product } from './support/product.js';

const processes = ['gateway', 'members', 'timebank', 'evaluations', 'benefits'] as const;

describe('the product, seen from outside', () => {
  const members = countyMembers(1);
  let collector: OtlpCollector;
  let product: Product;

  beforeAll(async () => {
    collector = await startOtlpCollector();
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    product = await openProduct({ env: Object.fromEntries(processes.map((name) => [name, traced])) });
    await importCounty(product, members);
  });
  afterAll(async () => {
    await product.stop();
    await collector.stop();
  });

  const spansNamed = (name: string, service: string): CollectedSpan[] =>
    collector.spans.filter((span) => span.name === name && span.service === service);
  const parentOf = (span: CollectedSpan): CollectedSpan | undefined =>
    collector.spans.find(({ spanId }) => spanId === span.parentSpanId);
  /** From a span up to where its trace begins. */
  const wayTo = (span: CollectedSpan): string[] => {
    const parent = parentOf(span);
    return [...(parent === undefined ? [] : wayTo(parent)), `${span.service}: ${span.name}`];
  };

  it('shows one trace from the client to the statement of another service', async () => {
    const [effect] = await until(
      async () => {
        const ofMember = spansNamed('INSERT known_member', 'timebank').filter((span) => wayTo(span).length >= 7);
        return ofMember.length > 0 && spansNamed('send members.member', 'members').length > 0 ? ofMember : null;
      },
      { what: 'the spans of a member, known in another service', withinMs: 30_000 },
    );
    expect(wayTo(effect!)).toEqual([
      'gateway: POST /dashboard/graphql',
      'gateway: fetch members',
      'members: POST /graphql',
      'members: transaction',
      'timebank: process members.member',
      'timebank: transaction',
      'timebank: INSERT known_member',
    ]);
    const trace = collector.spans.filter(({ traceId }) => traceId === effect!.traceId);
    const names = new Set(trace.map(({ service, name }) => `${service}: ${name}`));
    for (const span of ['members: INSERT outbox', 'members: send members.member', 'timebank: INSERT inbox']) {
      expect(names).toContain(span);
    }
    expect(readFileSync(product.stack.logOf('gateway'), 'utf8')).toContain(`"traceId":"${effect!.traceId}"`);
  });

  it('tells a collector nothing of a person, and no statement', () => {
    const told = collector.texts.join('\n');
    expect(told).toContain('INSERT member');
    const numbersIn = (text: string) => personalNumbersOf(members).filter((number) => text.includes(number));
    expect(numbersIn(told)).toEqual([]);
    // It would be seen: the same search finds a number that was put there.
    expect(numbersIn(`${told}${phoneOf(0)}`)).toEqual([phoneOf(0)]);
    expect(told).not.toMatch(/测试|甲厂|INSERT INTO|SELECT \w+,|importMembers|csvText/);
  });

  describe('its alarms', () => {
    const alarms = readAlarms();
    const pages = new Map<string, string>();

    beforeAll(async () => {
      for (const name of processes) {
        const page = await fetch(`http://127.0.0.1:${product.stack.ports[name]}/metrics`);
        pages.set(name, await page.text());
      }
    });

    it.each(alarms.map((alarm) => [alarm.alert, alarm] as const))('%s asks for what is exported', (_name, alarm) => {
      expect(misreadIn(alarm.expr)).toEqual([]);
      const asked = metricsIn(alarm.expr);
      expect(asked.length).toBeGreaterThan(0);
      const exported = new Set(['up', ...[...pages.values()].flatMap(seriesOn)]);
      expect(asked.map(({ metric }) => metric).filter((metric) => !exported.has(metric))).toEqual([]);
    });

    it.each(alarms.map((alarm) => [alarm.alert, alarm] as const))('%s has its page', (alert, alarm) => {
      const file = `deploy/runbooks/${alert.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.md`;
      expect(alarm.annotations.runbook).toBe(file);
      expect(existsSync(join(repository, file))).toBe(true);
      expect(['page', 'ticket']).toContain(alarm.labels.severity);
    });

    it('leave no page without an alarm, and no command or link on one that leads nowhere', () => {
      const runbooks = readRunbooks();
      expect(runbooks.map(({ file }) => file).sort()).toEqual(
        alarms.map(({ annotations }) => annotations.runbook).sort(),
      );
      expect(runbooks.flatMap(({ file, text }) => deadEndsIn(text).map((end) => `${file}: ${end}`))).toEqual([]);
      for (const { text } of runbooks) {
        for (const part of ['## For members', '## Look', '## Do', '## Wake somebody']) expect(text).toContain(part);
      }
    });

    it('would be noticed if they asked for something else', () => {
      const exported = new Set([...pages.values()].flatMap(seriesOn));
      expect(metricsIn('rate(zhijia_gateway_requests_total{route="/x"}[5m]) > zhijia_no_such_metric')).toEqual([
        { metric: 'zhijia_gateway_requests_total', labels: ['route'] },
        { metric: 'zhijia_no_such_metric', labels: [] },
      ]);
      expect(exported).not.toContain('zhijia_no_such_metric');
      expect(misreadIn('sum by (service (up)')).not.toEqual([]);
      expect(deadEndsIn('`npm run no-such-command`, [gone](gone.md)')).toEqual(['npm run no-such-command', 'gone.md']);
    });

    it('watch every process of the product', () => {
      const { rule_files, scrape_configs } = readScrapeConfig();
      expect(rule_files).toEqual(['alerts.yml']);
      const targets = scrape_configs.flatMap((config) => config.static_configs.flatMap(({ targets: each }) => each));
      expect(targets.sort()).toEqual([4000, 4101, 4102, 4103, 4104].map((port) => `127.0.0.1:${port}`));
    });
  });
});

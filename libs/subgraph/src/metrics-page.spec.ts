import { metricsPage } from './metrics-page.js';

describe('the metrics page', () => {
  it('writes figures as a scraper reads them', () => {
    const figures = {
      outboxLagSeconds: 0.5,
      isRelaying: true,
      consumer: { handled: { 'open-account-when-member-registered': 3 }, unknownTypes: {}, unreadable: 0 },
      note: 'not a figure',
    };
    expect(metricsPage(figures)).toBe(
      [
        '# TYPE zhijia_outbox_lag_seconds gauge',
        'zhijia_outbox_lag_seconds 0.5',
        '# TYPE zhijia_is_relaying gauge',
        'zhijia_is_relaying 1',
        '# TYPE zhijia_consumer_handled gauge',
        'zhijia_consumer_handled{reaction="open-account-when-member-registered"} 3',
        '# TYPE zhijia_consumer_unreadable gauge',
        'zhijia_consumer_unreadable 0',
        '',
      ].join('\n'),
    );
  });

  it('keeps the name of an unknown event inside its label', () => {
    expect(metricsPage({ unknownTypes: { 'a"} 1\nzhijia_forged 1\\': 2 } })).toBe(
      '# TYPE zhijia_unknown_types gauge\nzhijia_unknown_types{type="a\\"} 1\\nzhijia_forged 1\\\\"} 2\n',
    );
  });
});

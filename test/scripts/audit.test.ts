import { describe, expect, it } from 'vitest';
import { judgeAudit } from '../../scripts/audit-report.ts';

/** As npm 10 writes it, cut down to what is read. */
const report = (vulnerabilities: object) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: {} });
const hole = (name: string, severity: string) => ({ [name]: { name, severity, via: [] } });

describe('npm run audit', () => {
  it('passes what has no known hole, or none that is severe', () => {
    expect(judgeAudit(report({})).outcome).toBe('passed');
    const { outcome, text } = judgeAudit(report({ ...hole('a', 'low'), ...hole('b', 'moderate') }));
    expect(outcome).toBe('passed');
    expect(text).toContain('2 found');
  });

  it.each(['high', 'critical'])('fails for a hole of severity %s, and names it', (severity) => {
    const { outcome, text } = judgeAudit(
      report({ ...hole('a', 'low'), ...hole('hono', severity) }),
    );
    expect(outcome).toBe('failed');
    expect(text).toContain(`hono (${severity})`);
    expect(text).not.toContain('a (low)');
  });

  it.each([
    [
      'a registry without the endpoint',
      JSON.stringify({ message: '405 Method Not Allowed', error: { summary: '', detail: '' } }),
      '405 Method Not Allowed',
    ],
    ['no network', JSON.stringify({ error: { code: 'ENOTFOUND' } }), 'no report'],
    ['no npm', '', 'no report'],
    ['no JSON', '<html>', 'no report'],
    ['null', 'null', 'no report'],
  ])('with %s says that it was skipped, and why', (_, output, why) => {
    const { outcome, text } = judgeAudit(output);
    expect(outcome).toBe('skipped');
    expect(text).toContain('SKIPPED');
    expect(text).toContain(why);
  });
});

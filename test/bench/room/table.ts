import type { Bill } from './bill.ts';
import type { Measurement } from './cases.ts';

const DIGITS = 3;

function format(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '';
  return value.toLocaleString('en', { maximumSignificantDigits: DIGITS });
}

/** How many times the first one's number it is. */
function ratio(value: number | undefined, first: number | undefined): string {
  if (!value || !first) return '';
  return ` (${(value / first).toLocaleString('en', { maximumSignificantDigits: 2 })} x)`;
}

/** Prints what was measured as a table in Markdown: a column for each, with its ratio to the first. */
export function printTable(
  title: string,
  columns: readonly (readonly [name: string, measured: Measurement])[],
): void {
  const [first] = columns;
  const names = Object.keys(first?.[1] ?? {});
  console.log(`\n### ${title}\n`);
  console.log(`| | ${columns.map(([name]) => name).join(' | ')} |`);
  console.log(`| --- | ${columns.map(() => '---').join(' | ')} |`);
  for (const name of names) {
    const cells = columns.map(([, measured], index) => {
      const value = measured[name];
      return `${format(value)}${index === 0 ? '' : ratio(value, first?.[1][name])}`;
    });
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}

/** Prints what a million messages cost, in USD: a row for each case and contender. */
export function printBills(
  bills: readonly { readonly name: string; readonly contender: string; readonly bill: Bill }[],
): void {
  console.log('\n### A million messages, USD\n');
  console.log('| | | requests | duration | rows | together |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const { name, contender, bill } of bills) {
    const { requests, duration, rows } = bill;
    const cells = [requests, duration, rows, requests + duration + rows].map(format);
    console.log(`| ${name} | ${contender} | ${cells.join(' | ')} |`);
  }
}

// @vitest-environment node
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileApp } from '../../../miniprogram/preview/build/bundle.ts';
import { compileStyles, type StyleScope } from '../../../miniprogram/preview/build/styles.ts';
import { miniProgram } from './folder.ts';

function css(wxss: string, scope: StyleScope = {}, files: Record<string, string> = {}): string {
  const dir = miniProgram({ 'a.wxss': wxss, ...files });
  return compileStyles(join(dir, 'a.wxss'), dir, scope).replace(/\s+/g, ' ').trim();
}

describe('units', () => {
  it.each([
    ['width: 750rpx', 'width: 100vw'],
    ['margin: -7.5rpx 0 15rpx', 'margin: -1vw 0 2vw'],
    ['height: calc(100vh - 75rpx)', 'height: calc(calc(var(--page-vh) * 100) - 10vw)'],
    ['height: 10px', 'height: 10px'],
  ])('%s', (wxss, expected) => {
    expect(css(`.a { ${wxss} }`)).toBe(`.a { ${expected} }`);
  });
});

describe('selectors', () => {
  it('names the built-in tags and the page', () => {
    expect(css('page view > text.b { top: 0 }')).toBe('wx-page wx-view > wx-text.b { top: 0 }');
  });

  it("keeps a component's classes to itself", () => {
    expect(css(':host .a.b { top: 0 }', { scope: 'x' })).toBe(
      '[wx-host="x"] .x--a.x--b { top: 0 }',
    );
  });

  it("keeps a page's styles to the page, at no more weight", () => {
    expect(css('.a, page { top: 0 }', { page: 'p/i' })).toBe(
      ':where(wx-page[is="p/i"]) .a, wx-page[is="p/i"] { top: 0 }',
    );
  });

  it('finds ids behind the prefix that they get', () => {
    expect(css('#a { top: 0 }')).toBe('[id$="--a"] { top: 0 }');
  });

  it('leaves keyframes alone', () => {
    const wxss = '@keyframes k { from { top: 0 } to { top: 1px } }';
    expect(css(wxss, { scope: 'x' })).toBe(wxss);
  });
});

describe('the colour scheme of the phone', () => {
  const dark = ':where(html[data-theme="dark"])';

  it('is an attribute, not a media query', () => {
    expect(css('@media (prefers-color-scheme: dark) { .a, .b { top: 0 } }')).toBe(
      `${dark} .a, ${dark} .b { top: 0 }`,
    );
  });

  it('goes together with other conditions', () => {
    expect(css('@media (prefers-color-scheme: dark) and (min-width: 9px) { .a { top: 0 } }')).toBe(
      `@media (min-width: 9px) { ${dark} .a { top: 0 } }`,
    );
  });

  it('stands outside of a page, and before a component', () => {
    const wxss = '@media (prefers-color-scheme: dark) { .a { top: 0 } page { top: 1px } }';
    expect(css(wxss, { page: 'p' })).toBe(
      `${dark} :where(wx-page[is="p"]) .a { top: 0 } ${dark} wx-page[is="p"] { top: 1px }`,
    );
  });
});

describe('imports', () => {
  it('are taken in where they stand, once', () => {
    const files = { 'b.wxss': '@import "./c.wxss"; .b { top: 0 }', 'c.wxss': '.c { top: 0 }' };
    expect(css('@import "./b.wxss"; @import "/c.wxss"; .a { top: 0 }', {}, files)).toBe(
      '.c { top: 0 } .b { top: 0 } .a { top: 0 }',
    );
  });

  it.each([
    ['@import "./none.wxss";', 'a.wxss:1:1: no style sheet at "./none.wxss"'],
    ['.a {\n  background: url(/a.png) }', 'a.wxss:2:3: a style can only use images'],
    ['.a { top: 0', 'a.wxss:1:1: Unclosed block'],
  ])('%s fails at its place', (wxss, message) => {
    expect(() => css(wxss)).toThrow(message);
  });
});

it('orders the sheets: app, components, pages', () => {
  const { styles } = compileApp(
    miniProgram({
      'app.wxss': '.app {}',
      'pages/a/index.json': '{ "usingComponents": { "c": "/c/index" } }',
      'pages/a/index.wxss': '.page {}',
      'c/index.json': '{ "component": true }',
      'c/index.js': '',
      'c/index.wxml': '',
      'c/index.wxss': '.part {}',
    }),
  );
  expect(styles.match(/[\w-]+(?= {})/g)).toEqual(['app', 'c--part', 'page']);
});

/** All built-in components, by tag. */
import type { glassEasel, MiniProgramEnv } from 'glass-easel-miniprogram-adapter';
import { reportMissing } from '../report.ts';
import { fields } from './field.ts';
import { defineBuiltIn } from './host.ts';
import { image } from './image.ts';
import { scrollView } from './scroll-view.ts';
import type { Services } from './services.ts';
import { simpleBuiltIns } from './simple.ts';

export type Definition = glassEasel.GeneralComponentDefinition | string;

/**
 * Defines them, and what stands for each missing one: it says so as soon as it is drawn.
 * @param missing tags that the app uses and nobody defines
 */
export function defineBuiltIns(
  env: MiniProgramEnv,
  services: Services,
  missing: Iterable<string>,
): Map<string, Definition> {
  const defined = new Map<string, Definition>([
    ['view', 'wx-view'],
    ['text', 'wx-text'],
  ]);
  for (const builtIn of [...simpleBuiltIns(services), ...fields, image, scrollView]) {
    defined.set(builtIn.tag, defineBuiltIn(env, builtIn));
  }
  for (const tag of missing) {
    const attach = () => {
      reportMissing(`<${tag}>`);
      return {};
    };
    defined.set(tag, defineBuiltIn(env, { tag, properties: {}, attach }));
  }
  return defined;
}

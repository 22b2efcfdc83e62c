/** Builds the mini-program once for all tests of its components, and tells them where it is. */
import { rmSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { buildMiniprogram } from '../../scripts/miniprogram/build.ts';
import { makeTempFolder } from './files.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    builtApp: string;
  }
}

/** Returns what removes the build. */
export default async function setup(project: TestProject): Promise<() => void> {
  const outDir = makeTempFolder();
  await buildMiniprogram({ outDir, minify: false });
  project.provide('builtApp', outDir);
  return () => rmSync(outDir, { recursive: true, force: true });
}

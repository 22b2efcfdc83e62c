/** Turns what the browser reports into a mini-program's events: touches, taps and long presses. */
import { glassEasel } from 'glass-easel-miniprogram-adapter';
import { glassElement, type PhoneBackend } from './backend.ts';

const LONG_PRESS_MS = 350;
const MOVED_PX = 10;

interface Point {
  readonly identifier: number;
  readonly clientX: number;
  readonly clientY: number;
  readonly pageX: number;
  readonly pageY: number;
}

const isDisabled = (node: Node | null) =>
  node instanceof Element && node.closest('wx-button[disabled]') !== null;

export function listenToGestures(backend: PhoneBackend, pageTop: () => number): void {
  let swallowTap = false;
  let pressing: ReturnType<typeof setTimeout> | undefined;
  let mouseTarget: glassEasel.Element | undefined;

  function point(touch: Touch | MouseEvent): Point {
    const top = pageTop();
    return {
      identifier: 'identifier' in touch ? touch.identifier : 0,
      clientX: touch.clientX,
      clientY: touch.clientY - top,
      pageX: touch.pageX,
      pageY: touch.pageY - top,
    };
  }

  function points(event: unknown, kind: 'touches' | 'changedTouches'): Point[] {
    if (typeof TouchEvent !== 'undefined' && event instanceof TouchEvent) {
      return [...event[kind]].map(point);
    }
    if (!(event instanceof MouseEvent)) return [];
    return kind === 'touches' && event.type === 'mouseup' ? [] : [point(event)];
  }

  function dispatch(
    target: glassEasel.Element,
    type: string,
    detail: unknown,
    options: glassEasel.EventOptions,
  ) {
    const { originalEvent } = options;
    const extraFields = {
      touches: points(originalEvent, 'touches'),
      changedTouches: points(originalEvent, 'changedTouches'),
    };
    const event = new glassEasel.Event(type, detail, { ...options, extraFields });
    glassEasel.Event.dispatchEvent(target, event);
    return event.getEventBubbleStatus();
  }

  const gesture = (target: glassEasel.Element, type: string, event: MouseEvent) =>
    dispatch(
      target,
      type,
      { x: event.clientX, y: event.clientY - pageTop() },
      { originalEvent: event, bubbles: true, composed: true, capturePhase: true },
    );

  backend.onEvent((target, type, detail, options) => {
    const node = options.originalEvent instanceof Event ? options.originalEvent.target : null;
    if (type === 'tap') {
      if (swallowTap || isDisabled(node instanceof Node ? node : null)) return;
      return dispatch(target, type, { x: detail.x, y: detail.y - pageTop() }, options);
    }
    return dispatch(target, type, detail, options);
  });

  const stopPressing = () => clearTimeout(pressing);
  let start = { x: 0, y: 0 };
  document.body.addEventListener(
    'pointerdown',
    (event) => {
      stopPressing();
      swallowTap = false;
      start = { x: event.clientX, y: event.clientY };
      const node = event.target instanceof Node ? event.target : null;
      const target = glassElement(node);
      if (!target || isDisabled(node)) return;
      pressing = setTimeout(() => {
        swallowTap = backend.expectsLongPress(node);
        gesture(target, 'longpress', event);
        gesture(target, 'longtap', event);
      }, LONG_PRESS_MS);
    },
    true,
  );
  document.body.addEventListener(
    'pointermove',
    (event) => {
      const far = Math.hypot(event.clientX - start.x, event.clientY - start.y) > MOVED_PX;
      if (far) stopPressing();
    },
    true,
  );
  for (const type of ['pointerup', 'pointercancel', 'scroll']) {
    document.body.addEventListener(type, stopPressing, true);
  }

  // A mouse is a finger, too.
  const asTouch = (type: string, event: MouseEvent) => {
    if (mouseTarget) gesture(mouseTarget, type, event);
  };
  let touched = false;
  const noteTouch = () => {
    touched = true;
  };
  document.body.addEventListener('touchstart', noteTouch, { capture: true, passive: true });
  document.body.addEventListener(
    'mousedown',
    (event) => {
      if (touched) return;
      mouseTarget = event.target instanceof Node ? glassElement(event.target) : undefined;
      asTouch('touchstart', event);
    },
    true,
  );
  document.body.addEventListener('mousemove', (event) => asTouch('touchmove', event), true);
  document.body.addEventListener(
    'mouseup',
    (event) => {
      asTouch('touchend', event);
      mouseTarget = undefined;
    },
    true,
  );
}

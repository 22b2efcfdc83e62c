/** The desk: two phones on a wide screen, one as the whole screen on a narrow one. */
import { phonePanel } from './phone-panel.ts';
import { reloadOnChange } from './reload.ts';

const NARROW = '(max-width: 759px)';
const NAMES: Record<string, string> = { a: '小明', b: '小红' };
const DEFAULT_ROOM = 'lobby';

const parameters = new URLSearchParams(location.search);
if (!parameters.get('room')) parameters.set('room', DEFAULT_ROOM);
const given = parameters.get('name');
const desk = document.querySelector('#desk');
const narrow = matchMedia(NARROW);

function lay(): void {
  const ids = narrow.matches ? ['a'] : ['a', 'b'];
  desk?.replaceChildren(
    ...ids.map((id) => {
      const name = (id === 'a' && given) || NAMES[id] || id;
      return phonePanel({ id, name, query: parameters, framed: !narrow.matches });
    }),
  );
}

lay();
narrow.addEventListener('change', lay);
reloadOnChange();

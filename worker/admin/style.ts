/** The style sheet of the operator's pages. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --bg: #f3f4f6; --surface: #ffffff; --soft: #f7f8fa; --line: #e4e6ea; --hover: #f0f2f5;
  --text: #16191d; --text-soft: #5c6470; --text-faint: #69717d;
  --brand: #07c160; --brand-deep: #067a3e; --brand-bg: #e5f7ed; --on-brand: #ffffff;
  --danger: #c9302c; --danger-bg: #fdecec;
  --private: #5247c7; --private-bg: #eeedfc;
  --question: #0a62b5; --question-bg: #e6f1fb;
  --warning: #8a5200; --warning-bg: #fff4de;
  --shadow: 0 1px 2px rgba(16, 24, 40, 0.06);
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #101214; --surface: #1a1d20; --soft: #15181a; --line: #2c3035; --hover: #22262a;
    --text: #e8eaed; --text-soft: #a3abb5; --text-faint: #8d96a1;
    --brand: #07c160; --brand-deep: #3ddc88; --brand-bg: #12301f; --on-brand: #04180c;
    --danger: #ff7b76; --danger-bg: #3a1b1b;
    --private: #b0a9ff; --private-bg: #26234a;
    --question: #79b8f5; --question-bg: #12293f;
    --warning: #f0b45a; --warning-bg: #362810;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--bg); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  overflow-wrap: anywhere;
}
h1, h2, p, ul, ol, dl, dd { margin: 0; padding: 0; }
h1 { font-size: 20px; line-height: 1.3; }
h2 { font-size: 14px; font-weight: 600; color: var(--text-soft); }
ul, ol { list-style: none; }
a { color: inherit; text-decoration: none; }
bdi { unicode-bidi: isolate; }
code { font: 12px ui-monospace, Menlo, Consolas, monospace; }
.small { font-size: 13px; color: var(--text-soft); }
.link { color: var(--brand-deep); }
.link:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--brand); outline-offset: 2px; border-radius: 4px; }

.bar {
  display: flex; align-items: center; justify-content: space-between; flex: none;
  height: 52px; padding: 0 20px; background: var(--surface); border-bottom: 1px solid var(--line);
}
.brand { display: flex; align-items: center; gap: 10px; font-weight: 600; }
.logo { width: 22px; height: 22px; border-radius: 7px 7px 7px 2px; background: var(--brand); }
main { width: 100%; max-width: 1120px; margin: 0 auto; padding: 20px; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; justify-content: space-between; }
.room-head { flex-wrap: nowrap; }
.head > div { min-width: 0; flex: 1 1 240px; }
.room-head .buttons { flex-wrap: nowrap; }
.head h1 { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.crumb { font-size: 13px; color: var(--text-soft); }
.crumb bdi { display: inline-block; max-width: 60vw; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; }

body.shell { display: flex; flex-direction: column; height: 100vh; height: 100dvh; }
.shell main { flex: 1; min-height: 0; display: flex; flex-direction: column; gap: 14px; padding-bottom: 16px; }
iframe { flex: 1; min-height: 0; width: 100%; border: 0; background: transparent; }

button, .button, input, textarea, select { font: inherit; color: inherit; }
button, .button {
  display: inline-flex; align-items: center; justify-content: center; min-height: 38px;
  padding: 0 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface);
  cursor: pointer; white-space: nowrap; font-weight: 500;
}
button:hover, .button:hover { background: var(--hover); }
button.main { background: var(--brand); border-color: var(--brand); color: var(--on-brand); font-weight: 600; }
button.main:hover { filter: brightness(0.95); }
button.danger { background: var(--danger); border-color: var(--danger); color: var(--surface); }
button.danger:hover { filter: brightness(0.95); }
button.plain { border: 0; background: none; padding: 0; min-height: 32px; color: var(--text-soft); font-weight: 400; }
button.plain:hover { color: var(--text); }
input:not([type=radio]), textarea, select {
  width: 100%; min-height: 38px; padding: 7px 11px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--surface);
}
textarea { resize: vertical; line-height: 1.5; }
::placeholder { color: var(--text-faint); opacity: 1; }
.find { display: flex; gap: 8px; flex: 0 1 320px; }
.find input { min-width: 0; }

.card { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); }
.form { display: grid; grid-template-columns: minmax(0, 1fr); gap: 18px; max-width: 560px; margin: 16px auto 0; padding: 24px; }
form.steps { display: grid; gap: 18px; }
.field { display: grid; gap: 6px; }
.field > span, legend { font-weight: 600; }
.field .small { font-weight: 400; }
fieldset { border: 0; margin: 0; padding: 0; display: grid; gap: 8px; }
legend { padding: 0; margin-bottom: 6px; }
.choice { display: flex; align-items: center; gap: 8px; min-height: 28px; min-width: 0; }
.choice > * { min-width: 0; }
.choice > .face { flex: none; }
.choice input { accent-color: var(--brand); width: 16px; height: 16px; margin: 0; }
.indent { padding-left: 24px; }
.buttons { display: flex; flex-wrap: wrap; gap: 10px; }
.note { padding: 10px 14px; border-radius: 8px; }
.note.good { background: var(--brand-bg); color: var(--brand-deep); }
.note.bad { background: var(--danger-bg); color: var(--danger); }
.note.bad .small { color: inherit; opacity: 0.85; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 6px 16px; }
.facts dt { color: var(--text-soft); }
.facts dd { min-width: 0; }

body.login { display: grid; place-items: center; min-height: 100vh; min-height: 100dvh; padding: 20px; }
.login .form { width: 100%; max-width: 380px; margin: 0; padding: 32px 28px; }
.login .brand { font-size: 18px; }

body.frame { background: transparent; }
.empty { padding: 56px 24px; text-align: center; color: var(--text-soft); }
.empty strong { display: block; margin-bottom: 6px; font-size: 17px; color: var(--text); }
.status { display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: baseline; justify-content: space-between; }
.rooms-status { padding: 0 4px 10px; }

.rooms a {
  display: grid; grid-template-columns: minmax(0, 1fr) 110px 170px 110px 100px; gap: 16px; align-items: center;
  padding: 13px 18px; border-top: 1px solid var(--line);
}
.rooms li:first-child a { border-top: 0; border-radius: 12px 12px 0 0; }
.rooms li:last-child a { border-radius: 0 0 12px 12px; }
.rooms li:only-child a { border-radius: 12px; }
.rooms a:hover { background: var(--hover); }
.name { font-weight: 600; }
.clip { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.number { font-variant-numeric: tabular-nums; }
.right { text-align: right; }
.live::before, .gone::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 7px; border-radius: 50%; background: var(--brand); }
.gone::before { background: var(--line); }
.rate { display: flex; align-items: center; gap: 10px; }
.rate svg { flex: 1; height: 6px; border-radius: 3px; background: var(--line); }
.rate rect { fill: var(--brand); }
.rate span { min-width: 74px; }
.stale { color: var(--text-faint); }
.tag { display: inline-block; padding: 0 7px; border-radius: 5px; background: var(--soft); border: 1px solid var(--line); font-size: 12px; line-height: 19px; color: var(--text-soft); white-space: nowrap; }
.tag.host, .tag.notice { background: var(--brand-bg); color: var(--brand-deep); border-color: transparent; }
.tag.question, .tag.answer { background: var(--question-bg); color: var(--question); border-color: transparent; }
.tag.private { background: var(--private-bg); color: var(--private); border-color: transparent; }
.tag.mute { background: var(--warning-bg); color: var(--warning); border-color: transparent; }
.tag.ban { background: var(--danger-bg); color: var(--danger); border-color: transparent; }
.tag.group { max-width: 12em; overflow: hidden; text-overflow: ellipsis; vertical-align: bottom; }

.columns { display: grid; grid-template-columns: minmax(0, 1fr) 330px; gap: 16px; align-items: start; }
.columns > section { min-width: 0; }
.tabs { display: none; }
.panel + .panel { margin-top: 14px; }
.columns h2 { padding: 12px 16px 10px; }
.columns h2 .small { font-weight: 400; }
.log li { position: relative; display: grid; grid-template-columns: 34px minmax(0, 1fr) auto; gap: 2px 12px; padding: 11px 16px; border-top: 1px solid var(--line); }
.quote .log li { border: 0; padding: 4px 0; }
.log .who { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: center; min-width: 0; }
.log .who .name { max-width: 100%; }
.log .side { display: flex; gap: 12px; align-items: baseline; white-space: nowrap; font-size: 13px; color: var(--text-faint); }
.log .text, .log .about { grid-column: 2 / -1; }
.text { white-space: pre-wrap; unicode-bidi: isolate; max-height: 15em; overflow: auto; contain: paint; }
.text.faint, .about { color: var(--text-soft); }
.log .about { font-size: 13px; }
.log .event { padding-top: 8px; padding-bottom: 8px; font-size: 14px; color: var(--text-soft); }
.log .event p { grid-column: 2; }
.log .event a { color: var(--text); }
.person:hover { text-decoration: underline; }
.act { color: var(--text-soft); font-size: 13px; }
.act:hover { color: var(--danger); text-decoration: underline; }
.act.undo, .act.undo:hover { color: var(--brand-deep); }
@media (hover: hover) {
  .log .act { opacity: 0; }
  .log li:hover .act, .log .act:focus-visible { opacity: 1; }
}
.face { display: grid; place-items: center; width: 34px; height: 34px; border-radius: 9px; font-weight: 600; overflow: hidden; background: var(--brand-bg); color: var(--brand-deep); }
.log .face { grid-row: span 2; }
.hue1 { background: var(--question-bg); color: var(--question); }
.hue2 { background: var(--private-bg); color: var(--private); }
.hue3 { background: var(--warning-bg); color: var(--warning); }
.hue4 { background: var(--danger-bg); color: var(--danger); }
.dot { width: 8px; height: 8px; margin: 6px 13px 0; border-radius: 50%; background: var(--line); }
.people li { display: grid; grid-template-columns: 34px minmax(0, 1fr); gap: 0 12px; padding: 9px 16px; border-top: 1px solid var(--line); }
.people .who { display: flex; flex-wrap: wrap; gap: 2px 6px; align-items: center; min-width: 0; }
.people .who .name { max-width: 100%; }
.acts { display: flex; flex-wrap: wrap; gap: 2px 14px; }
.pager { display: flex; justify-content: center; gap: 20px; padding: 14px; border-top: 1px solid var(--line); }
.quiet { padding: 4px 16px 16px; color: var(--text-soft); }
.composer { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 10px; align-items: end; padding: 12px; flex: none; }
.composer textarea { min-height: 40px; max-height: 30vh; field-sizing: content; }
.composer .small { grid-column: 1 / -1; }
.thumbnail { display: block; width: auto; height: auto; max-width: min(220px, 100%); max-height: 160px; border-radius: 8px; background: var(--soft); }
.planned li { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; justify-content: space-between; padding: 12px 0; border-top: 1px solid var(--line); }
.planned li > div { flex: 1 1 220px; min-width: 0; }
.quote { padding: 10px 14px; border-left: 3px solid var(--line); background: var(--soft); border-radius: 0 8px 8px 0; }

@media (max-width: 760px) {
  main { padding: 14px; }
  .bar { padding: 0 14px; }
  .shell main { gap: 10px; padding: 12px 12px 10px; }
  .form { padding: 18px; }
  .rooms a { grid-template-columns: minmax(0, 1fr) auto; gap: 3px 12px; padding: 12px 14px; }
  .rooms .rate { grid-column: 1; }
  .rooms .rate svg { max-width: 90px; }
  .rooms .count { display: none; }
  .rooms .people-count { grid-row: 1; grid-column: 2; text-align: right; }
  .room-head { flex-wrap: wrap; }
  .room-head > div { flex-basis: 100%; }
  .room-head .buttons { flex: 1; gap: 8px; }
  .room-head .button { flex: 1; padding: 0 4px; font-size: 14px; }
  .columns { display: block; }
  .tabs { display: flex; gap: 4px; padding: 3px; margin-bottom: 10px; background: var(--line); border-radius: 10px; }
  .tabs a { flex: 1; padding: 5px; text-align: center; border-radius: 8px; color: var(--text-soft); }
  .tabs a[aria-current] { background: var(--surface); color: var(--text); font-weight: 600; }
  .shows-log .side-column, .shows-people .log-column { display: none; }
  .log li { padding: 10px 12px; gap: 2px 10px; }
  .find { flex: 1 1 100%; }
}
`;

// How the elements look, as constructed sheets: a page that forbids inline style still shows them properly.
//
// Colours grow out of the host's text colour (currentColor), so they suit a light or a dark page without asking;
// theme="light" or "dark" sets both text and ground. Directions are logical: right-to-left pages just work.

export const base = sheet(`
  :host {
    --_accent: var(--commentsvc-accent, color-mix(in oklab, currentColor 40%, #1a6fd4));
    --_danger: var(--commentsvc-danger, color-mix(in oklab, currentColor 30%, #d3121c));
    --_muted: var(--commentsvc-muted, color-mix(in srgb, currentColor 76%, transparent));
    --_border: var(--commentsvc-border, color-mix(in srgb, currentColor 18%, transparent));
    --_line: color-mix(in srgb, currentColor 58%, transparent);
    --_flash: color-mix(in srgb, var(--_accent) 20%, transparent);
    --_focus: var(--commentsvc-focus, var(--_accent));
    --_radius: var(--commentsvc-radius, 3px);
    --_space: var(--commentsvc-space, 1rem);
    display: block;
    box-sizing: border-box;
    min-inline-size: min(100%, 18rem);
    color: var(--commentsvc-fg, inherit);
    background: var(--commentsvc-bg, transparent);
    font-family: var(--commentsvc-font, inherit);
    font-size: var(--commentsvc-font-size, inherit);
    text-align: start;
    overflow-wrap: anywhere;
  }
  :host([theme]) { padding: var(--_space); }
  :host([theme="auto"]) { padding: 0; }
  :host([theme="light"]) { color-scheme: light; }
  :host([theme="dark"]) { color-scheme: dark; }
  :host(:is([theme="light"], [theme="dark"])) {
    color: var(--commentsvc-fg, light-dark(#1b1b1b, #e6e6e6));
    background: var(--commentsvc-bg, light-dark(#fff, #16181b));
  }
  :host([hidden]), [hidden] { display: none !important; }
  /* A page that resets everything, the host element too, shall not take the columns' measure away. */
  section, aside { display: block; container-type: inline-size; text-transform: none; text-indent: 0;
    font-style: normal; font-weight: normal; white-space: normal; overflow-wrap: anywhere; cursor: auto; }
  .unseen, .full { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  *, ::before, ::after { box-sizing: border-box; }
  h2, h3, p, ol, ul { margin: 0; padding: 0; }
  ol[role], ul[role] { list-style: none; }
  h2 { font-size: 1.4em; line-height: 1.25; }
  h3 { font-size: 1em; line-height: 1.5; }
  /* Our words may run against the page: their order is their own, their side the page's. */
  :is(h2, h3, p, label, span, time):not(.body *) { unicode-bidi: plaintext; }
  :is(section, aside):dir(ltr) { text-align: left; }
  :is(section, aside):dir(rtl) { text-align: right; }
  .body { text-align: start; }
  .body :is(p, li) { unicode-bidi: plaintext; }
  a { color: var(--_accent); text-underline-offset: .15em; }
  :is(h3, header) a { color: inherit; text-decoration: none; }
  :is(h3, header) a:hover { text-decoration: underline; }
  .muted { color: var(--_muted); font-size: .875em; }
  :focus-visible { outline: 2px solid var(--_focus); outline-offset: 2px; border-radius: var(--_radius); }
  .body > * + * { margin-block-start: .7em; }
  .body { line-height: 1.6; }
  .body :is(ul, ol) { padding-inline-start: 1.5em; }
  .body ul, .waiting ul, .trouble ul { list-style: disc; }
  .body blockquote { margin-inline: 0; margin-block-end: 0; padding-inline-start: .9em; border-inline-start: 3px solid var(--_border); color: var(--_muted); }
  .body pre { overflow-x: auto; padding: .6em; border: 1px solid var(--_border); border-radius: var(--_radius); }
  .body :is(pre, code) { font-size: .9em; }
`);

const thread = sheet(`
  :host { position: relative; }
  .top { display: flex; flex-wrap: wrap; gap: .4em var(--_space); align-items: baseline; justify-content: space-between;
    padding-block-end: .5em; border-block-end: 2px solid currentColor; }
  .toolbar { display: flex; gap: .5em; align-items: baseline; font-size: .875em; }
  select, input, textarea, button { font: inherit; color: inherit; }
  select, button, .button { min-block-size: 2rem; padding: .25em .8em; border: 1px solid var(--_line); border-radius: var(--_radius); background: transparent; }
  option { color: CanvasText; background: Canvas; }
  button { cursor: pointer; overflow-wrap: normal; }
  .button { display: inline-block; color: inherit; text-decoration: none; }
  :is(button, .button):hover { border-color: currentColor; }
  button.quiet { border-color: transparent; padding-inline: .2em; margin-inline-start: calc(-.2em - 1px); color: var(--_accent); font-size: .875em; }
  button.quiet:hover { text-decoration: underline; border-color: transparent; }
  button.main { padding: .5em 1.4em; font-weight: 600; border-color: var(--_accent); background: color-mix(in srgb, var(--_accent) 14%, transparent); }
  button.main:hover { background: color-mix(in srgb, var(--_accent) 24%, transparent); }
  button[aria-disabled="true"] { cursor: progress; opacity: .75; }
  .status { color: var(--_muted); font-size: .875em; }
  .status:not(:empty, .unseen) { padding-block: .5em; }
  .status:not(.unseen) ~ .place .loading { display: none; }

  /* What is new takes no room: nothing moves when it appears. It stays in sight while the thread is. */
  .newsplace { position: sticky; z-index: 1; inset-block-start: calc(var(--commentsvc-sticky-offset, .5rem) + .5rem); block-size: 0; text-align: center; }
  /* On the line above the first comment, so that it covers nothing one could press. */
  button.news { position: relative; inset-block-start: -.5rem; min-block-size: 1.75rem; padding: .2em 1.2em; border: 1px solid var(--_accent); border-radius: 2em;
    color: CanvasText; background: Canvas; font-size: .875em; font-weight: 600; box-shadow: 0 2px 8px rgb(0 0 0 / .2); }

  li { margin-block-start: calc(var(--_space) * 1.25); }
  .body li { margin-block-start: .2em; }
  /* Outside the screen nothing is laid out or painted. Painting stops at the box, but for the outlines around the focus
     and around a linked comment. */
  .comments > li { content-visibility: auto; contain-intrinsic-block-size: auto 10rem; overflow-clip-margin: 1em; }
  .roots > ol + ol { content-visibility: auto; contain-intrinsic-block-size: auto 250rem; overflow-clip-margin: 1em; }
  .roots > ol:empty { display: none; }
  .roots > ol > li { margin: 0; padding-block: calc(var(--_space) * 1.25) .75em; }
  .roots > ol + ol > li, .roots > ol > li + li { border-block-start: 1px solid var(--_border); }
  .replies { border-inline-start: 0 solid var(--_border); }
  .replies:empty { display: none; }
  .folded > :is(.replies, .rest) { display: none; }
  .replies:is([data-level="1"], [data-level="2"], [data-level="3"]) { padding-inline-start: calc(var(--_space) * 1.25); }
  .replies:is([data-level="1"], [data-level="2"], [data-level="3"]) { border-inline-start-width: 2px; margin-block-start: var(--_space); }
  .answers { display: none; color: var(--_muted); font-size: .875em; }
  .answers.deep { display: inline; }
  header { display: flex; flex-wrap: wrap; gap: 0 .7em; align-items: center; }
  .face { inline-size: 32px; block-size: 32px; border-radius: 50%; overflow: hidden; background: var(--_border); }
  .face img { display: block; object-fit: cover; }
  header a { display: inline-block; min-block-size: 24px; line-height: 24px; }
  time { font-variant-numeric: tabular-nums; }
  /* Who comes by keyboard reads the whole date. */
  a:focus-visible > time > .full { position: static; clip-path: none; white-space: normal; }
  a:focus-visible > time > .ago { display: none; }
  article { scroll-margin-block-start: var(--commentsvc-sticky-offset, 1rem); }
  .own > .body { margin-block: .25em; max-inline-size: 44em; }
  h3.muted { font-weight: normal; font-style: italic; }
  .target > .own h3:focus-visible { outline: none; }
  .target > .own { outline: 2px solid var(--_focus); outline-offset: .4em; border-radius: var(--_radius); }
  @media (prefers-reduced-motion: no-preference) {
    .target > .own { animation: seen 2s ease-out; }
    @keyframes seen { from { background: var(--_flash); box-shadow: 0 0 0 .4em var(--_flash); } }
  }
  .badge, .waiting > p { font-size: .75em; font-weight: 600; line-height: 1.6; padding-inline: .5em; border: 1px solid var(--_line); border-radius: var(--_radius); }
  .badge.featured { border-color: var(--_accent); background: color-mix(in srgb, var(--_accent) 12%, transparent); }
  .waiting { margin-block: .3em; font-size: .875em; }
  .waiting > p { display: inline-block; font-size: 1em; border-style: dashed; }
  .waiting ul { padding-inline-start: 1.3em; color: var(--_muted); }
  .waiting li { margin: 0; }
  .waiting ~ .actions .reply { display: none; }
  .actions { display: flex; flex-wrap: wrap; gap: 0 .9em; align-items: center; }
  .like[aria-pressed="true"] { font-weight: 600; text-decoration: underline; }
  button.mute { margin-inline-start: auto; color: var(--_muted); }
  .stub { font-style: italic; }
  .muted > button.quiet { font-size: 1em; }
  .silence { margin-block-start: var(--_space); }
  .apart { margin-block-start: var(--_space); padding-block-end: var(--_space); border-block-end: 1px solid var(--_border); }
  .apart > p { color: var(--_muted); font-size: .875em; }
  .rest { margin-block-start: .5em; }
  .more { margin-block-start: calc(var(--_space) * 1.5); }
  .failed { margin-inline-start: .8em; }
  .form-place { min-block-size: 8rem; padding-block-start: var(--_space); }

  @container (inline-size < 30rem) {
    .replies:is([data-level="2"], [data-level="3"]) { padding-inline-start: 0; border-inline-start-width: 0 !important; }
    .answers { display: inline; }
    /* A finger needs more room than a pointer. */
    .actions button { min-block-size: 2.75rem; }
  }
  @media print {
    .target > .own { outline: none; }
    .toolbar, .actions, form, button, .status, .newsplace, .more, .form-place, .silence { display: none !important; }
    .comments > li { content-visibility: visible; }
    .own { break-inside: avoid; }
    time > .full { position: static; clip-path: none; white-space: normal; }
    time > .ago { display: none; }
    .body a::after { content: " (" attr(href) ")"; font-size: .85em; }
  }
  @media (forced-colors: active) {
    button.news { border-width: 2px; }
  }
`);

export const threadSheets = [base, thread];

/** @param {string} rules */
export function sheet(rules) {
  const made = new CSSStyleSheet();
  made.replaceSync(rules);
  return made;
}

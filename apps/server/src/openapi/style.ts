/** The look of the page of the API: the colours of the app (apps/web/src/ui/tokens.ts), by the reader's own light or dark. */
export const STYLE = `
:root{--paper:#fdfdfb;--sunk:#f2f5f1;--line:#dfe5df;--ink:#14201a;--muted:#54635a;--brand:#0c4f3d;--danger:#ab1b1b;--info:#1c5a9c;--caution:#7d4a00}
@media (prefers-color-scheme:dark){:root{--paper:#0f1513;--sunk:#0a0f0d;--line:#25302b;--ink:#e5ece8;--muted:#a1b0a8;--brand:#62c6a0;--danger:#ff968e;--info:#86b7f1;--caution:#e6b25f}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 Inter,system-ui,sans-serif}
header,nav,main{max-width:60rem;margin:0 auto;padding:0 1rem}
h1{font-size:1.375rem;line-height:1.2;margin:1.5rem 0 .5rem}
h2{font-size:1.0625rem;margin:2rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line);scroll-margin-top:.5rem}
p{margin:.5rem 0}
a{color:var(--brand)}
a:focus-visible,summary:focus-visible{outline:2px solid var(--brand);outline-offset:2px}
code{font:.875em ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
nav ul{list-style:none;margin:1rem 0;padding:0;display:flex;flex-wrap:wrap;gap:0 .25rem}
nav a{display:inline-block;min-height:2.75rem;padding:.625rem .5rem}
.plain{margin:.5rem 0;padding-left:1.25rem}
.soft{color:var(--muted)}
.skip{position:absolute;left:-100rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.5rem}
details{border-top:1px solid var(--line)}
summary{cursor:pointer;min-height:2.75rem;padding:.625rem 0}
summary b{display:inline-block;min-width:3.75rem;font-size:.8125rem}
summary span{color:var(--muted)}
.get{color:var(--info)}.post,.put,.patch{color:var(--brand)}.delete{color:var(--danger)}
.fields{display:grid;grid-template-columns:1fr;gap:.125rem 1rem;margin:.5rem 0 1rem}
.fields dd{margin:0 0 .5rem;overflow-wrap:anywhere}
@media (min-width:40rem){.fields{grid-template-columns:minmax(10rem,16rem) 1fr}}
`;

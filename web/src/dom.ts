/** A copy of the one element inside <template id=…>. */
export function fromTemplate(id: string): HTMLElement {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement) || !template.content.firstElementChild) {
    throw new Error(`the page has no template ${id}`);
  }
  return template.content.firstElementChild.cloneNode(true) as HTMLElement;
}

/** The element that `selector` names below `root`, which must be there and of that kind. */
export function find<Kind extends HTMLElement>(root: ParentNode, selector: string, kind: new () => Kind): Kind {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) {
    throw new Error(`the page has no ${selector}`);
  }
  return found;
}

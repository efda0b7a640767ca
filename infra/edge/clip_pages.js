// Viewer request on /@*/*, the pages of clips: leads the API to /pages/<handle>/<id>, and tells it who asks and of which
// site, over whatever the viewer sent under those names. The host is a part of the cache key; nothing else a viewer sends
// is. No token goes with it: what is kept for everybody is the same for everybody.
const PAGE = /^\/@[^\/]{1,64}\/[A-Za-z0-9_-]{1,64}(\/poster\.jpg)?\/?$/;

function handler(event) {
  const request = event.request;
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  request.headers['x-viewer-host'] = { value: request.headers.host ? request.headers.host.value : '' };
  delete request.headers.authorization;
  // Below a name there are clips only: any other address is that of no page.
  request.uri = '/pages' + (PAGE.test(request.uri) ? request.uri.replace(/\/$/, '') : '/-/-');
  request.querystring = {};
  return request;
}

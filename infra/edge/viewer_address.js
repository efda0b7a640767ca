// Viewer request on /v1/*: tells the API who asks, by address, and of which site, over whatever the viewer sent under
// those names. A GET that shows no token goes to the routes that are for everybody: infra/api/public_routes.py.
function handler(event) {
  const request = event.request;
  request.headers['x-viewer-address'] = { value: event.viewer.ip };
  request.headers['x-viewer-host'] = { value: request.headers.host ? request.headers.host.value : '' };
  // An empty header is there, too: its sender is told 401, as with any other token that is not valid.
  if (request.method === 'GET' && !request.headers.authorization) {
    request.uri = '/anonymous' + request.uri;
  }
  return request;
}

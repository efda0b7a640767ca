/** Whether this browser can show an element above other windows. */
export function canFloat(): boolean {
  return document.pictureInPictureEnabled === true;
}

/** Shows the element above other windows, or takes it back. False: the browser, or the viewer's settings, forbid it. */
export async function float(video: HTMLVideoElement): Promise<boolean> {
  try {
    if (document.pictureInPictureElement === video) {
      await document.exitPictureInPicture();
    } else {
      await video.requestPictureInPicture();
    }
    return true;
  } catch {
    return false;
  }
}

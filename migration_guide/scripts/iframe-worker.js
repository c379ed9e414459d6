// Browsers refuse a page that was opened from a folder its workers, and the search runs in one.
// There it runs in a hidden frame instead.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.append(frame)
      this.inside = frame.contentWindow
      this.inside.postMessage = data => this.tell(this, data)
      this.inside.importScripts = (...urls) => urls.reduce((before, next) => before.then(() => this.load(next)), Promise.resolve())
      this.ready = this.load(url)
    }

    // Run a script in the frame.
    load(url) {
      return new Promise((resolve, reject) => {
        const script = this.inside.document.createElement("script")
        Object.assign(script, { src: url, onload: resolve, onerror: reject })
        this.inside.document.body.append(script)
      })
    }

    tell(whom, data) {
      const message = new MessageEvent("message", { data })
      whom.dispatchEvent(message)
      whom.onmessage?.(message)
    }

    postMessage(data) {
      this.ready.then(() => this.tell(this.inside, data))
    }

    terminate() {
      this.inside.frameElement.remove()
    }
  }
}

"use strict";

/* Comfort for the settings page, which works without it. */
{
    const COPIED_FOR = 2000; // milliseconds
    const ASKED_EVERY = 3000;
    const ASKED_AT_MOST = 400; // times, which is twenty minutes

    async function toClipboard(field) {
        try {
            await navigator.clipboard.writeText(field.value);
            return true;
        } catch {
            // No clipboard API over plain http, or no permission: the older way.
            field.select();
            return document.execCommand("copy");
        }
    }

    for (const button of document.querySelectorAll("[data-copies]")) {
        const field = document.getElementById(button.dataset.copies);
        const words = button.querySelector("[aria-live]");
        const usual = words.textContent;
        button.hidden = false;
        button.addEventListener("click", async () => {
            words.textContent = (await toClipboard(field)) ? button.dataset.copied : button.dataset.selected;
            setTimeout(() => { words.textContent = usual; }, COPIED_FOR);
        });
        field.addEventListener("focus", () => field.select());
    }

    // A second click would ask for the same once more, and its answer would take the place of the one with the token.
    for (const form of document.querySelectorAll("[data-send-once]")) {
        form.addEventListener("submit", (event) => {
            if (form.dataset.sent) {
                event.preventDefault();
            }
            form.dataset.sent = "yes";
        });
        window.addEventListener("pageshow", () => { delete form.dataset.sent; });
    }

    function setText(element, words) {
        // Only what differs: a live region reads out whatever is put into it.
        if (element.textContent !== words) {
            element.textContent = words;
        }
    }

    /* The words of the page for how the connection stands now; nothing else moves, a token on the page least of all. */
    function show(now) {
        for (const element of document.querySelectorAll("[data-words]")) {
            setText(element, now.words[element.dataset.words]);
        }
        for (const pill of document.querySelectorAll("[data-state]")) {
            pill.classList.replace(`scim-pill-${pill.dataset.state}`, `scim-pill-${now.state}`);
            pill.dataset.state = now.state;
        }
    }

    /* The state as it is now; null where it is not to be had: logged out, or no answer. */
    async function ask(url) {
        try {
            const response = await fetch(url, { redirect: "manual", headers: { Accept: "application/json" } });
            return response.ok ? await response.json() : null;
        } catch {
            return null;
        }
    }

    async function watch(place) {
        const watching = place.querySelector("[data-watching]");
        const notWatching = place.querySelector("[data-not-watching]");
        watching.hidden = false;
        notWatching.hidden = true;
        for (let times = 0; times < ASKED_AT_MOST; times += 1) {
            await new Promise((resolve) => { setTimeout(resolve, ASKED_EVERY); });
            if (document.hidden) {
                continue;
            }
            const now = await ask(place.dataset.watch);
            if (now === null) {
                break;
            }
            show(now);
            if (!now.watch) {
                watching.hidden = true;
                place.querySelector("[data-moved]").hidden = false;
                return;
            }
        }
        watching.hidden = true;
        notWatching.hidden = false;
    }

    for (const place of document.querySelectorAll("[data-watch]")) {
        watch(place);
    }

    // What is shown once does not come back from the browser's memory of the page.
    window.addEventListener("pagehide", () => {
        for (const shown of document.querySelectorAll("[data-shown-once]")) {
            for (const field of shown.querySelectorAll("textarea")) {
                field.value = field.defaultValue = "";
            }
            shown.remove();
        }
    });
}

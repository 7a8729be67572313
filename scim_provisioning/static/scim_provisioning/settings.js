"use strict";

/* Comfort for the settings page, which works without it. */
{
    const COPIED_FOR = 2000; // milliseconds

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

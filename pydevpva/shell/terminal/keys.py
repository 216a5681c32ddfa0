"""Keys that do something else than prompt_toolkit's own. The console's thread."""

from __future__ import annotations

from prompt_toolkit.completion import CompleteEvent, get_common_complete_suffix
from prompt_toolkit.filters import is_searching
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.search import accept_search


def keys(indent: str = "") -> KeyBindings:
    """Tab completes before the next key counts: prompt_toolkit's own does afterwards, and Enter would run less than
    is shown where both are pasted. At the beginning of a line it inserts `indent`, where there is one."""
    keys = KeyBindings()

    @keys.add("tab")
    def complete(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        if indent and not buffer.document.current_line_before_cursor.strip():
            buffer.insert_text(indent)
            return
        found = list(buffer.completer.get_completions(buffer.document, CompleteEvent(completion_requested=True)))
        common = get_common_complete_suffix(buffer.document, found)
        buffer.insert_text(common)
        if not common or len(found) > 1:
            buffer.start_completion(insert_common_part=True)

    @keys.add("enter", filter=is_searching)
    def run_found(event: KeyPressEvent) -> None:
        """Ctrl-R's find is run, as readline does; prompt_toolkit's own Enter only takes it over."""
        accept_search()
        event.app.current_buffer.validate_and_handle()

    return keys

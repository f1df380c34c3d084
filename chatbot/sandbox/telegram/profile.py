"""The bot's methods about itself: who it is, its menus and texts, the chats it is in, its connection."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from chatbot.sandbox.telegram.arguments import find_chat
from chatbot.sandbox.telegram.files import LARGEST_DOWNLOAD
from chatbot.sandbox.telegram.journal import EVERY_CHAT
from chatbot.sandbox.telegram.wire import Fields, Parameters, Refused, bad_request
from chatbot.sandbox.telegram.world import World

COMMAND_NAME: Final = re.compile(r"[a-z0-9_]{1,32}")
MOST_COMMANDS: Final = 100
LONGEST_DESCRIPTION: Final = 256
SCOPES: Final = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat"})
LONGEST_PROFILE: Final = {"name": 64, "description": 512, "short_description": 120}


def get_me(world: World, _: Parameters) -> Fields:
    abilities = {
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return {**world.bot_user(), **abilities}


def commands_key(given: Parameters) -> str:
    """Where the commands of a scope and a language are kept."""
    scope = given.structure("scope") or {"type": "default"}
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind not in SCOPES:
        raise bad_request("unsupported type specified for a BotCommandScope")
    return f"commands {kind} {scope.get('chat_id', '')} {given.text('language_code')}"


def set_my_commands(world: World, given: Parameters) -> bool:
    listed = given.structure("commands")
    if not isinstance(listed, list):
        raise bad_request("expected an Array of BotCommand")
    if len(listed) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.store.set_setting(commands_key(given), [read_command(command) for command in listed])
    world.journal.add(EVERY_CHAT, "commands", {})
    return True


def read_command(command: object) -> Fields:
    written = command if isinstance(command, dict) else {}
    name, description = written.get("command"), written.get("description")
    if not isinstance(name, str) or not COMMAND_NAME.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not 0 < len(description) <= LONGEST_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def get_my_commands(world: World, given: Parameters) -> list[Fields]:
    commands: list[Fields] = world.store.setting(commands_key(given), [])
    return commands


def delete_my_commands(world: World, given: Parameters) -> bool:
    world.store.remove_setting(commands_key(given))
    world.journal.add(EVERY_CHAT, "commands", {})
    return True


def commands_shown(world: World, chat_id: int, language: str) -> list[Fields]:
    """The menu a person sees: the most particular scope that has one, their own language first."""
    for scope in (f"chat {chat_id}", "all_private_chats ", "default "):
        for code in (language, ""):
            commands: list[Fields] | None = world.store.setting(f"commands {scope} {code}")
            if commands is not None:
                return commands
    return []


def set_chat_menu_button(world: World, given: Parameters) -> bool:
    button = given.structure("menu_button") or {"type": "default"}
    kind = button.get("type") if isinstance(button, dict) else None
    if kind not in {"default", "commands", "web_app"}:
        raise bad_request("unsupported type specified for a MenuButton")
    if given.text("chat_id"):
        find_chat(world, given)
    world.store.set_setting(f"menu {given.text('chat_id')}", button)
    return True


def get_chat_menu_button(world: World, given: Parameters) -> Fields:
    default = world.store.setting("menu ", {"type": "commands"})
    button: Fields = world.store.setting(f"menu {given.text('chat_id')}", default)
    return {"type": "commands"} if button["type"] == "default" else button


def setter(name: str) -> Callable[[World, Parameters], bool]:
    def set_profile(world: World, given: Parameters) -> bool:
        written = given.text(name)
        if len(written) > LONGEST_PROFILE[name]:
            raise bad_request(f"{name.replace('_', ' ')} is too long")
        key = f"{name} {given.text('language_code')}"
        if written:
            world.store.set_setting(key, written)
        else:
            world.store.remove_setting(key)
        return True

    return set_profile


def getter(name: str, default: str) -> Callable[[World, Parameters], Fields]:
    def get_profile(world: World, given: Parameters) -> Fields:
        general = world.store.setting(f"{name} ", default)
        return {name: world.store.setting(f"{name} {given.text('language_code')}", general)}

    return get_profile


def get_chat(world: World, given: Parameters) -> Fields:
    chat = find_chat(world, given)
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    found: Fields = {
        **chat.described(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    pinned = world.chats.message(chat.chat_id, chat.pinned) if chat.pinned else None
    return {**found, "pinned_message": pinned} if pinned else found


def get_file(world: World, given: Parameters) -> Fields:
    found = world.files.find(given.text("file_id"))
    if found is None:
        raise bad_request("invalid file_id")
    if len(found.upload.data) > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return {**found.described(), "file_path": found.path}


def set_webhook(world: World, given: Parameters) -> bool:
    """An empty address switches the webhook off."""
    if not given.text("url").strip():
        return delete_webhook(world, given)
    read_allowed_updates(world, given)
    world.webhook.set(given)
    if given.flag("drop_pending_updates"):
        world.inbox.clear()
    return True


def delete_webhook(world: World, given: Parameters) -> bool:
    world.webhook.drop()
    if given.flag("drop_pending_updates"):
        world.inbox.clear()
    return True


def get_webhook_info(world: World, _: Parameters) -> Fields:
    info: Fields = {**world.webhook.described(), "pending_update_count": world.inbox.count()}
    allowed = world.store.setting("allowed_updates", [])
    return {**info, "allowed_updates": allowed} if allowed else info


def log_out(_: World, __: Parameters) -> bool:
    """There is no other server to move to, so nothing follows from it."""
    return True


def close(_: World, __: Parameters) -> bool:
    return True


def read_allowed_updates(world: World, given: Parameters) -> None:
    """Remembers which kinds the bot wants; a call that names none leaves them as they are."""
    listed = given.structure("allowed_updates")
    if listed is None:
        return
    if not isinstance(listed, list):
        raise Refused("Bad Request: expected an Array of allowed update types")
    if listed != world.store.setting("allowed_updates"):
        world.store.set_setting("allowed_updates", listed)


METHODS: Final[dict[str, Callable[[World, Parameters], Any]]] = {
    "getme": get_me,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "setchatmenubutton": set_chat_menu_button,
    "getchatmenubutton": get_chat_menu_button,
    "setmyname": setter("name"),
    "getmyname": getter("name", "Tierwise"),
    "setmydescription": setter("description"),
    "getmydescription": getter("description", ""),
    "setmyshortdescription": setter("short_description"),
    "getmyshortdescription": getter("short_description", ""),
    "getchat": get_chat,
    "getfile": get_file,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "logout": log_out,
    "close": close,
}

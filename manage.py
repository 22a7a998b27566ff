#!/usr/bin/env python
"""Django's commands; in local mode the embedded servers are started or joined first."""

import os
import sys

UNABLE = 2  # the work could not be done at all; 1 is the answer "no" of a command that checks
WITHOUT_DATABASE = {"collectstatic", "compile_messages", "help", "makemessages", "version"}


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hcmc_ioc.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from hcmc_ioc.errors import trouble_in_words
    from hcmc_ioc.local.embedded import EmbeddedError

    try:
        if settings.LOCAL and not WITHOUT_DATABASE.intersection(sys.argv[1:2]):
            settings.EMBEDDED.start(settings.DATABASES["default"]["NAME"])
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit("stopped")
    except Exception as error:
        told = f"{error}" if isinstance(error, (EmbeddedError, ImproperlyConfigured)) else trouble_in_words(error)
        if "--traceback" in sys.argv or not told:
            raise
        sys.stderr.write(f"{told}\n")
        sys.exit(UNABLE)


if __name__ == "__main__":
    main()

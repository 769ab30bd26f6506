"""What a pull request to another repository needs: a module for each community, `python -m exports.MODULE FOLDER`.

`docs/communities.md` says how to go on from there.
"""

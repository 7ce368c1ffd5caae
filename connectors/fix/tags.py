"""Numbers of the FIX fields and message types that the session layer and the orders use."""

from typing import Final

SOH: Final = b"\x01"


class Tag:
    """Field numbers, by the names of the FIX specification."""

    AVG_PX: Final = 6
    BEGIN_SEQ_NO: Final = 7
    BEGIN_STRING: Final = 8
    BODY_LENGTH: Final = 9
    CHECK_SUM: Final = 10
    CL_ORD_ID: Final = 11
    END_SEQ_NO: Final = 16
    MSG_SEQ_NUM: Final = 34
    MSG_TYPE: Final = 35
    NEW_SEQ_NO: Final = 36
    POSS_DUP: Final = 43
    REF_SEQ_NUM: Final = 45
    SENDER_COMP_ID: Final = 49
    SENDER_SUB_ID: Final = 50
    SENDING_TIME: Final = 52
    TARGET_COMP_ID: Final = 56
    TARGET_SUB_ID: Final = 57
    TEXT: Final = 58
    POSS_RESEND: Final = 97
    ENCRYPT_METHOD: Final = 98
    HEART_BT_INT: Final = 108
    TEST_REQ_ID: Final = 112
    ON_BEHALF_OF_COMP_ID: Final = 115
    ON_BEHALF_OF_SUB_ID: Final = 116
    ORIG_SENDING_TIME: Final = 122
    GAP_FILL: Final = 123
    DELIVER_TO_COMP_ID: Final = 128
    DELIVER_TO_SUB_ID: Final = 129
    RESET_SEQ_NUM: Final = 141
    SENDER_LOCATION_ID: Final = 142
    TARGET_LOCATION_ID: Final = 143
    ON_BEHALF_OF_LOCATION_ID: Final = 144
    DELIVER_TO_LOCATION_ID: Final = 145
    LAST_PROCESSED: Final = 369
    REF_TAG_ID: Final = 371
    REF_MSG_TYPE: Final = 372
    SESSION_REJECT_REASON: Final = 373
    BUSINESS_REJECT_REF_ID: Final = 379
    BUSINESS_REJECT_REASON: Final = 380
    NEXT_EXPECTED: Final = 789
    DEFAULT_APPL_VER_ID: Final = 1137


class Type:
    """Message types, by the names of the FIX specification."""

    HEARTBEAT: Final = "0"
    TEST_REQUEST: Final = "1"
    RESEND_REQUEST: Final = "2"
    REJECT: Final = "3"
    SEQUENCE_RESET: Final = "4"
    LOGOUT: Final = "5"
    LOGON: Final = "A"
    BUSINESS_REJECT: Final = "j"
    EXECUTION_REPORT: Final = "8"
    NEW_ORDER_SINGLE: Final = "D"
    EMAIL: Final = "C"
    SECURITY_DEFINITION: Final = "d"


ADMIN_TYPES: Final = frozenset(["0", "1", "2", "3", "4", "5", "A"])

DATA_LENGTHS: Final = {
    90: 91,
    93: 89,
    95: 96,
    212: 213,
    348: 349,
    350: 351,
    352: 353,
    354: 355,
    356: 357,
    358: 359,
    360: 361,
    362: 363,
    364: 365,
    445: 446,
    618: 619,
    621: 622,
}
"""The field that holds a length, and the one after it whose value may hold any byte."""
